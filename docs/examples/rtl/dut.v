// What the testbench of the golden vectors drives, with the ports that it names: one mode, so rounding, overflow and random bits are not connected.
module dut (
    input  wire [31:0] a,
    input  wire [7:0]  rounding,
    input  wire [7:0]  overflow,
    input  wire [31:0] random,
    output wire [7:0]  result,
    output wire [4:0]  flags
);
  float32_to_float8_e4m3fn converter (.x(a), .y(result), .flags(flags));
endmodule
