// A copy of float8_e4m3fn_multiplier.v with one planted fault: the sticky bit leaves out the digit next to the half.
module float8_e4m3fn_multiplier (
    input  wire [7:0] a,
    input  wire [7:0] b,
    output wire [7:0] product
);
  localparam [7:0] NAN = 8'h7f;

  wire        sign = a[7] ^ b[7];
  wire        is_nan = a[6:0] == 7'h7f || b[6:0] == 7'h7f;

  // A code is significand * 2**(exponent - 10), a subnormal one with the exponent of the least normal.
  wire [3:0]  significand_a = {a[6:3] != 0, a[2:0]};
  wire [3:0]  significand_b = {b[6:3] != 0, b[2:0]};
  wire [3:0]  exponent_a = a[6:3] == 0 ? 4'd1 : a[6:3];
  wire [3:0]  exponent_b = b[6:3] == 0 ? 4'd1 : b[6:3];
  wire [7:0]  digits = significand_a * significand_b;
  wire [4:0]  distance = {1'b0, exponent_a} + {1'b0, exponent_b} - 5'd2;

  // The exact product as a fixed-point number in units of 2**-18.
  wire [35:0] exact = {28'd0, digits} << distance;

  // The lowest digit that is kept: four digits, or the quantum 2**-9 of the subnormals, which is digit 9.
  integer i;
  reg [5:0] lowest;
  always @* begin
    lowest = 6'd9;
    for (i = 13; i <= 35; i = i + 1) if (exact[i]) lowest = i - 3;
  end

  wire [35:0] rest = exact << (6'd36 - lowest);
  wire [35:0] upper = exact >> lowest;
  wire [3:0]  kept = upper[3:0];
  wire        half = rest[35];
  wire        sticky = |rest[33:0];
  wire        up = half && (sticky || kept[0]);

  // A carry out of the significand steps into the next exponent by itself.
  wire [8:0]  exponent_field = {lowest - 6'd9, 3'd0};
  wire [8:0]  magnitude = exponent_field + {5'd0, kept} + {8'd0, up};

  assign product = is_nan || magnitude > 9'h07e ? NAN : {sign, magnitude[6:0]};
endmodule
