/* float32 -> float8_e4m3fn in integers: ties to even, out of range to NaN. Reads and answers by the protocol refquant-pipe 1. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint8_t cast_e4m3fn(uint32_t x)
{
    uint8_t sign = (uint8_t)(x >> 24 & 0x80);
    uint32_t exponent = x >> 23 & 0xff, significand = x & 0x7fffff;
    if (exponent == 0xff)
        return sign | 0x7f;                     /* NaN and Inf: the format has no Inf */
    if (exponent)
        significand |= 0x800000;                /* the value is significand * 2^(exponent - 150) */
    uint32_t shift = exponent > 120 ? 20 : 141 - exponent; /* drops what lies below the last bit of the result */
    if (shift > 25)
        shift = 25;                             /* less than half of the least subnormal number */
    uint32_t kept = significand >> shift, half = 1u << (shift - 1), rest = significand & (2 * half - 1);
    if (rest > half || (rest == half && (kept & 1)))
        kept += 1;                              /* a carry runs on into the exponent */
    uint32_t code = exponent > 120 ? kept + ((exponent - 121) << 3) : kept;
    return sign | (uint8_t)(code > 0x7e ? 0x7f : code);
}

/* Reads the header; returns whether it asks for what this program does. */
static int header_is_mine(void)
{
    char line[256];
    int mine = 0;
    while (fgets(line, sizeof line, stdin) && strcmp(line, "end\n") != 0)
        mine += !strcmp(line, "refquant-pipe 1\n") + !strcmp(line, "operand float32 32\n") + !strcmp(line, "result float8_e4m3fn 8\n")
              + !strcmp(line, "knob rounding ties_to_even\n") + !strcmp(line, "knob overflow no_saturate\n") + !strcmp(line, "flags no\n");
    return mine == 6;
}

int main(void)
{
    uint32_t x;
    if (!header_is_mine()) {
        fputs("this program casts float32 to float8_e4m3fn, ties to even, without saturation or flags\n", stderr);
        return 1;
    }
    while (scanf("%" SCNx32, &x) == 1) {
        printf("%02x\n", cast_e4m3fn(x));
        fflush(stdout);                         /* or refquant takes a process for each batch */
    }
    return 0;
}
