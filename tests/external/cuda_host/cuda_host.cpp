// C entry points over the host conversion functions of NVIDIA's headers, one loop per function. The headers come from the
// installed wheels at build time; build.py compiles this file and reads the names below.
// Every function takes (input, output, count, option, option); an option that a function does not have is ignored.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cuda_runtime_api.h>
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include <cuda_fp6.h>
#include <cuda_fp4.h>

namespace {

using u8 = std::uint8_t;
using u16 = std::uint16_t;

enum Rounding { nearest = 0, zero = 1, up = 2, down = 3 };

cudaRoundMode mode(int rounding) {
    switch (rounding) {
    case zero: return cudaRoundZero;
    case up: return cudaRoundPosInf;
    case down: return cudaRoundMinInf;
    default: return cudaRoundNearest;
    }
}

__nv_saturation_t saturation(int saturate) { return saturate ? __NV_SATFINITE : __NV_NOSAT; }
__nv_fp8_interpretation_t fp8_kind(int kind) { return kind ? __NV_E5M2 : __NV_E4M3; }
__nv_fp6_interpretation_t fp6_kind(int kind) { return kind ? __NV_E3M2 : __NV_E2M3; }

__half_raw half_of(u16 bits) {
    __half_raw raw;
    raw.x = bits;
    return raw;
}

__nv_bfloat16_raw bfloat16_of(u16 bits) {
    __nv_bfloat16_raw raw;
    raw.x = bits;
    return raw;
}

u16 bits_of(const __half &value) { return static_cast<__half_raw>(value).x; }
u16 bits_of(const __nv_bfloat16 &value) { return static_cast<__nv_bfloat16_raw>(value).x; }

template <class To, class From, class Function>
void loop(const From *in, To *out, std::size_t count, Function function) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = function(in[i]);
    }
}

} // namespace

// CONVERT(name, From, To, expression over x, a, b)
#define CONVERT(name, From, To, expression)                                                                     \
    extern "C" void name(const From *in, To *out, std::size_t count, int a, int b) {                            \
        (void)a;                                                                                                \
        (void)b;                                                                                                \
        loop<To>(in, out, count, [=](From x) -> To { return (expression); });                                   \
    }

// One 8-bit target from the four floating-point sources; `convert` is the header's name without its source.
#define FROM_FLOATS(target, suffix, ...)                                                                        \
    CONVERT(float64_to_##target, double, u8, __nv_cvt_double_to_##suffix(x, __VA_ARGS__))                       \
    CONVERT(float32_to_##target, float, u8, __nv_cvt_float_to_##suffix(x, __VA_ARGS__))                         \
    CONVERT(bfloat16_to_##target, u16, u8, __nv_cvt_bfloat16raw_to_##suffix(bfloat16_of(x), __VA_ARGS__))

#define FROM_HALF(target, suffix, ...) CONVERT(float16_to_##target, u16, u8, __nv_cvt_halfraw_to_##suffix(half_of(x), __VA_ARGS__))

FROM_FLOATS(fp8, fp8, saturation(a), fp8_kind(b))
FROM_HALF(fp8, fp8, saturation(a), fp8_kind(b))
FROM_FLOATS(fp6, fp6, fp6_kind(b), mode(a))
FROM_HALF(fp6, fp6, fp6_kind(b), mode(a))
FROM_FLOATS(fp4, fp4, __NV_E2M1, mode(a))
FROM_HALF(fp4, fp4, __NV_E2M1, mode(a))
FROM_FLOATS(e8m0, e8m0, saturation(a), mode(b))
FROM_FLOATS(ue5m3, ue5m3, saturation(a), mode(b))
FROM_HALF(ue5m3, ue5m3, saturation(a), mode(b))
// The half constructor of __nv_fp8_e8m0 goes through float; there is no raw function for it.
CONVERT(float16_to_e8m0, u16, u8, __nv_cvt_float_to_e8m0(__half2float(__half(half_of(x))), saturation(a), mode(b)))

// A function with the suffixes _rn, _rz, _ru and _rd, chosen by the rounding in `a`.
#define BY_ROUNDING(stem, x)                                                                                    \
    bits_of(a == zero ? stem##_rz(x) : a == up ? stem##_ru(x) : a == down ? stem##_rd(x) : stem##_rn(x))

CONVERT(float64_to_half, double, u16, bits_of(__double2half(x)))
CONVERT(float32_to_half, float, u16, BY_ROUNDING(__float2half, x))
CONVERT(int32_to_half, int, u16, BY_ROUNDING(__int2half, x))
CONVERT(uint32_to_half, unsigned, u16, BY_ROUNDING(__uint2half, x))
CONVERT(int64_to_half, long long, u16, BY_ROUNDING(__ll2half, x))
CONVERT(uint64_to_half, unsigned long long, u16, BY_ROUNDING(__ull2half, x))

CONVERT(float64_to_bfloat16, double, u16, bits_of(__double2bfloat16(x)))
CONVERT(float32_to_bfloat16, float, u16, BY_ROUNDING(__float2bfloat16, x))
CONVERT(int32_to_bfloat16, int, u16, bits_of(__int2bfloat16_rn(x)))
CONVERT(uint32_to_bfloat16, unsigned, u16, bits_of(__uint2bfloat16_rn(x)))
CONVERT(int64_to_bfloat16, long long, u16, bits_of(__ll2bfloat16_rn(x)))
CONVERT(uint64_to_bfloat16, unsigned long long, u16, bits_of(__ull2bfloat16_rn(x)))

CONVERT(fp8_to_half, u8, u16, __nv_cvt_fp8_to_halfraw(x, fp8_kind(a)).x)
CONVERT(fp6_to_half, u8, u16, __nv_cvt_fp6_to_halfraw(x, fp6_kind(a)).x)
CONVERT(fp4_to_half, u8, u16, __nv_cvt_fp4_to_halfraw(x, __NV_E2M1).x)
CONVERT(ue5m3_to_half, u8, u16, __nv_cvt_ue5m3_to_halfraw(x).x)
CONVERT(fp8_to_bfloat16, u8, u16, __nv_cvt_fp8_to_bf16raw(x, fp8_kind(a)).x)
CONVERT(fp6_to_bfloat16, u8, u16, __nv_cvt_fp6_to_bf16raw(x, fp6_kind(a)).x)
CONVERT(fp4_to_bfloat16, u8, u16, __nv_cvt_fp4_to_bf16raw(x, __NV_E2M1).x)
CONVERT(ue5m3_to_bfloat16, u8, u16, __nv_cvt_ue5m3_to_bf16raw(x).x)
CONVERT(e8m0_to_bfloat16, u8, u16, __nv_cvt_e8m0_to_bf16raw(x).x)
CONVERT(half_to_float32, u16, float, __half2float(__half(half_of(x))))
CONVERT(bfloat16_to_float32, u16, float, __bfloat162float(__nv_bfloat16(bfloat16_of(x))))
