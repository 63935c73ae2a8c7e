// float32 -> float8_e4m3fn: ties to even, no saturation (what exceeds 448 becomes NaN, and so does Inf), with exception flags.
// flags: inexact 1, underflow 2 (tininess after rounding), overflow 4, divide by zero 8, invalid 16.
module float32_to_float8_e4m3fn (
    input  wire [31:0] x,
    output wire [7:0]  y,
    output wire [4:0]  flags
);
  localparam [7:0] NAN = 8'h7f;

  wire        sign = x[31];
  wire [7:0]  exponent = x[30:23];
  wire [22:0] trailing = x[22:0];
  wire        special = exponent == 8'd255;
  wire        is_nan = special && trailing != 0;
  wire        signaling = is_nan && !trailing[22];

  // The least normal value of the target, 2**-6, has the biased exponent 121 in float32. Below it the quantum stays and the significand moves right;
  // past 25 places all of it is sticky.
  wire        normal = exponent >= 8'd121;
  wire [7:0]  distance = normal ? 8'd0 : 8'd121 - exponent;
  wire [4:0]  places = distance > 8'd25 ? 5'd25 : distance[4:0];
  wire [48:0] significand = {exponent != 0, trailing, 25'd0} >> places;

  wire [3:0]  kept = significand[48:45];
  wire        half = significand[44];
  wire        sticky = |significand[43:0];
  wire        up = half && (sticky || kept[0]);

  // A carry out of the significand steps into the next exponent by itself.
  wire [11:0] exponent_field = normal ? {1'b0, exponent - 8'd121, 3'd0} : 12'd0;
  wire [11:0] magnitude = exponent_field + {8'd0, kept} + {11'd0, up};
  wire        overflow = !special && magnitude > 12'h07e;

  // Tiny: below 2**-6 even after rounding to four digits with an exponent that is not bounded below.
  wire        inexact = !special && (half || sticky);
  wire        tiny = x[30:0] < {8'd120, 4'b1111, 19'd0};

  assign y = special || overflow ? NAN : {sign, magnitude[6:0]};
  assign flags = {signaling || (special && !is_nan), 1'b0, overflow, tiny && inexact, inexact || overflow};
endmodule
