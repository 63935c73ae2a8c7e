// The same converter with a register behind it: the result of an operand is there one rising edge of clk later, so the testbench needs LATENCY=1.
module dut (
    input  wire        clk,
    input  wire [31:0] a,
    input  wire [7:0]  rounding,
    input  wire [7:0]  overflow,
    input  wire [31:0] random,
    output reg  [7:0]  result,
    output reg  [4:0]  flags
);
  wire [7:0] y;
  wire [4:0] raised;

  float32_to_float8_e4m3fn converter (.x(a), .y(y), .flags(raised));

  always @(posedge clk) begin
    result <= y;
    flags  <= raised;
  end
endmodule
