/* a * b + c of bfloat16: in float32, and rounded again to bfloat16, ties to even. Reads and writes the lines of refquant's pipe. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static float widened(uint32_t code)
{
    uint32_t bits = code << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t rounded(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value)
        return 0x7FC0;
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

int main(void)
{
    char line[256], operation[64] = "";
    unsigned a, b, c;
    while (fgets(line, sizeof line, stdin) && strcmp(line, "end\n"))
        sscanf(line, "operation %63s", operation);
    if (strcmp(operation, "fma")) {
        fprintf(stderr, "this program computes fma\n");
        return 1;
    }
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%x %x %x", &a, &b, &c) == 3) {
        printf("%04x\n", (unsigned)rounded(fmaf(widened(a), widened(b), widened(c))));
        fflush(stdout);
    }
    return 0;
}
