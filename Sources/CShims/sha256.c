// SHA-256 block functions (FIPS 180-4): one portable, and one for each set of instructions that makes a difference.
// The way is chosen at run time, so that one program runs at full speed on every processor of its architecture.

#include "CShims.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#include <sys/auxv.h>
#endif

// FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static const uint32_t K[64] __attribute__((aligned(32))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define SUM0(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define SUM1(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SIGMA0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ ((x) >> 3))
#define SIGMA1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ ((x) >> 10))

// One round. Ch as g ^ (e & (f ^ g)). Maj as b ^ ((a ^ b) & (b ^ c)), where b ^ c is the a ^ b of the round before:
// `ab` carries it from one round to the next. The caller names the variables in rotated order instead of moving them.
#define ROUND(a, b, c, d, e, f, g, h, wk)                   \
    do {                                                    \
        uint32_t t = h + (wk) + SUM1(e) + (g ^ (e & (f ^ g))); \
        uint32_t now = a ^ b;                               \
        d += t;                                             \
        h = t + SUM0(a) + (b ^ (now & ab));                 \
        ab = now;                                           \
    } while (0)

#define EIGHT_ROUNDS(wk)                        \
    do {                                        \
        ROUND(a, b, c, d, e, f, g, h, (wk)[0]); \
        ROUND(h, a, b, c, d, e, f, g, (wk)[1]); \
        ROUND(g, h, a, b, c, d, e, f, (wk)[2]); \
        ROUND(f, g, h, a, b, c, d, e, (wk)[3]); \
        ROUND(e, f, g, h, a, b, c, d, (wk)[4]); \
        ROUND(d, e, f, g, h, a, b, c, (wk)[5]); \
        ROUND(c, d, e, f, g, h, a, b, (wk)[6]); \
        ROUND(b, c, d, e, f, g, h, a, (wk)[7]); \
    } while (0)

static void portable_blocks(uint32_t state[8], const uint8_t *block, size_t count) {
    for (; count > 0; count--, block += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) {
            w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
                   (uint32_t)block[4 * i + 3];
        }
        for (int i = 16; i < 64; i++) w[i] = w[i - 16] + SIGMA0(w[i - 15]) + w[i - 7] + SIGMA1(w[i - 2]);
        for (int i = 0; i < 64; i++) w[i] += K[i];

        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        uint32_t ab = b ^ c;
        for (int i = 0; i < 64; i += 8) EIGHT_ROUNDS(w + i);
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__)

// The next four words of the schedule from the sixteen before them (x0 oldest), in each half of the registers for one
// block. The last two of the four need the first two, so the second sigma is taken in two halves.
__attribute__((target("avx2"), always_inline)) static inline __m256i next_words(__m256i x0, __m256i x1, __m256i x2,
                                                                               __m256i x3) {
    // Two 32-bit results stand in the low halves of the two 64-bit lanes; these move them to lanes 0, 1 or 2, 3.
    const __m256i to_low = _mm256_setr_epi8(0, 1, 2, 3, 8, 9, 10, 11, -1, -1, -1, -1, -1, -1, -1, -1,  //
                                            0, 1, 2, 3, 8, 9, 10, 11, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m256i to_high = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 8, 9, 10, 11,  //
                                             -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 8, 9, 10, 11);
    __m256i w15 = _mm256_alignr_epi8(x1, x0, 4);
    __m256i w7 = _mm256_alignr_epi8(x3, x2, 4);
    __m256i small = _mm256_srli_epi32(w15, 3);
    small = _mm256_xor_si256(small, _mm256_srli_epi32(w15, 7));
    small = _mm256_xor_si256(small, _mm256_slli_epi32(w15, 25));
    small = _mm256_xor_si256(small, _mm256_srli_epi32(w15, 18));
    small = _mm256_xor_si256(small, _mm256_slli_epi32(w15, 14));
    __m256i sum = _mm256_add_epi32(_mm256_add_epi32(x0, w7), small);

    // Each word twice in a 64-bit lane: a shift of the lane is then a rotation of the word.
    __m256i twice = _mm256_shuffle_epi32(x3, 0xFA);
    __m256i big = _mm256_xor_si256(_mm256_srli_epi64(twice, 17), _mm256_srli_epi64(twice, 19));
    big = _mm256_xor_si256(big, _mm256_srli_epi32(twice, 10));
    sum = _mm256_add_epi32(sum, _mm256_shuffle_epi8(big, to_low));

    twice = _mm256_shuffle_epi32(sum, 0x50);
    big = _mm256_xor_si256(_mm256_srli_epi64(twice, 17), _mm256_srli_epi64(twice, 19));
    big = _mm256_xor_si256(big, _mm256_srli_epi32(twice, 10));
    return _mm256_add_epi32(sum, _mm256_shuffle_epi8(big, to_high));
}

// Two blocks at a time: the schedules of both in the two halves of AVX2 registers, beside the rounds of the first block;
// then the rounds of the second, whose schedule is ready. BMI2 gives the rounds a rotation that keeps its source.
__attribute__((target("avx2,bmi2"))) static void avx2_blocks(uint32_t state[8], const uint8_t *block, size_t count) {
    const __m256i big_endian = _mm256_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,  //
                                                3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    // wk[i]: words 4i … 4i+3 of the first block, then of the second, each with its constant added.
    uint32_t wk[16][8] __attribute__((aligned(32)));
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

#define CONSTANTS(i) _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(K + 4 * (i))))
// The empty assembly hides from the compiler that the words come from a register: it would take each of them out of there,
// which costs two operations, instead of adding it from memory, which costs none.
#define KEEP(i, x)                                                                     \
    do {                                                                               \
        _mm256_store_si256((__m256i *)wk[i], _mm256_add_epi32(x, CONSTANTS(i)));       \
        __asm__("" : "+m"(wk[i]));                                                     \
    } while (0)
#define FOUR_ROUNDS(a, b, c, d, e, f, g, h, w) \
    ROUND(a, b, c, d, e, f, g, h, (w)[0]);     \
    ROUND(h, a, b, c, d, e, f, g, (w)[1]);     \
    ROUND(g, h, a, b, c, d, e, f, (w)[2]);     \
    ROUND(f, g, h, a, b, c, d, e, (w)[3])
#define EIGHT(i, half)                                          \
    FOUR_ROUNDS(a, b, c, d, e, f, g, h, wk[i] + (half));        \
    FOUR_ROUNDS(e, f, g, h, a, b, c, d, wk[(i) + 1] + (half))
#define SCHEDULED_SIXTEEN(i)                               \
    x0 = next_words(x0, x1, x2, x3); KEEP((i) + 4, x0);    \
    FOUR_ROUNDS(a, b, c, d, e, f, g, h, wk[i]);            \
    x1 = next_words(x1, x2, x3, x0); KEEP((i) + 5, x1);    \
    FOUR_ROUNDS(e, f, g, h, a, b, c, d, wk[(i) + 1]);      \
    x2 = next_words(x2, x3, x0, x1); KEEP((i) + 6, x2);    \
    FOUR_ROUNDS(a, b, c, d, e, f, g, h, wk[(i) + 2]);      \
    x3 = next_words(x3, x0, x1, x2); KEEP((i) + 7, x3);    \
    FOUR_ROUNDS(e, f, g, h, a, b, c, d, wk[(i) + 3])
#define ADD_TO_STATE()                                               \
    a = state[0] += a, b = state[1] += b, c = state[2] += c, d = state[3] += d; \
    e = state[4] += e, f = state[5] += f, g = state[6] += g, h = state[7] += h

    while (count > 0) {
        // A single last block fills both halves; the second half is then not used.
        const uint8_t *second = count > 1 ? block + 64 : block;
#define LOAD(i)                                                                                                  \
    _mm256_shuffle_epi8(_mm256_inserti128_si256(                                                                 \
                            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(block + 16 * (i)))),        \
                            _mm_loadu_si128((const __m128i *)(second + 16 * (i))), 1),                           \
                        big_endian)
        __m256i x0 = LOAD(0), x1 = LOAD(1), x2 = LOAD(2), x3 = LOAD(3);
        KEEP(0, x0); KEEP(1, x1); KEEP(2, x2); KEEP(3, x3);
        uint32_t ab = b ^ c;
        SCHEDULED_SIXTEEN(0);
        SCHEDULED_SIXTEEN(4);
        SCHEDULED_SIXTEEN(8);
        EIGHT(12, 0);
        EIGHT(14, 0);
        ADD_TO_STATE();
        if (count == 1) return;

        ab = b ^ c;
        EIGHT(0, 4);
        EIGHT(2, 4);
        EIGHT(4, 4);
        EIGHT(6, 4);
        EIGHT(8, 4);
        EIGHT(10, 4);
        EIGHT(12, 4);
        EIGHT(14, 4);
        ADD_TO_STATE();
        block += 128;
        count -= 2;
    }
#undef LOAD
#undef SCHEDULED_SIXTEEN
#undef EIGHT
#undef FOUR_ROUNDS
#undef KEEP
#undef CONSTANTS
#undef ADD_TO_STATE
}

// The SHA instructions of x86: two rounds each, on a state kept as (a, b, e, f) and (c, d, g, h).
__attribute__((target("sha,sse4.1,ssse3"))) static void x86_sha_blocks(uint32_t state[8], const uint8_t *block,
                                                                       size_t count) {
    const __m128i big_endian = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    __m128i abcd = _mm_loadu_si128((const __m128i *)state);
    __m128i efgh = _mm_loadu_si128((const __m128i *)(state + 4));
    // From (d c b a) and (h g f e), high lane first, to (a b e f) and (c d g h).
    __m128i badc = _mm_shuffle_epi32(abcd, 0xB1), hgfe = _mm_shuffle_epi32(efgh, 0x1B);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
    __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);

    for (; count > 0; count--, block += 64) {
        __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; i++) {
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), big_endian);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            __m128i wk = _mm_add_epi32(w[i & 3], _mm_load_si128((const __m128i *)(K + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0E));
            if (i < 12) {
                // w[i & 3] is the oldest of the four and makes room for the next.
                __m128i w7 = _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4);
                __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]), w7);
                w[i & 3] = _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
            }
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }

    __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#elif defined(__aarch64__)

// The SHA instructions of ARMv8: four rounds each, on (a b c d) and (e f g h).
__attribute__((target("sha2"))) static void arm_sha_blocks(uint32_t state[8], const uint8_t *block, size_t count) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; count > 0; count--, block += 64) {
        uint32x4_t abcd_before = abcd, efgh_before = efgh;
        uint32x4_t w[4];
        for (int i = 0; i < 4; i++) w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            uint32x4_t wk = vaddq_u32(w[i & 3], vld1q_u32(K + 4 * i));
            uint32x4_t abcd_now = abcd;
            abcd = vsha256hq_u32(abcd, efgh, wk);
            efgh = vsha256h2q_u32(efgh, abcd_now, wk);
            if (i < 12) {
                // w[i & 3] is the oldest of the four and makes room for the next.
                w[i & 3] = vsha256su1q_u32(vsha256su0q_u32(w[i & 3], w[(i + 1) & 3]), w[(i + 2) & 3], w[(i + 3) & 3]);
            }
        }
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}

#endif

#if defined(__x86_64__)
// The control register that says which registers the operating system saves for each thread.
static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}
#endif

int waybill_sha256_can_run(int way) {
    if (way == WAYBILL_SHA256_PORTABLE) return 1;
#if defined(__x86_64__)
    unsigned a, b, c, d, features_b, features_c, unused;
    if (!__get_cpuid(1, &a, &b, &features_c, &d)) return 0;
    if (!__get_cpuid_count(7, 0, &unused, &features_b, &c, &d)) return 0;
    int ssse3 = features_c >> 9 & 1, sse41 = features_c >> 19 & 1, osxsave = features_c >> 27 & 1;
    int avx2 = features_b >> 5 & 1, bmi2 = features_b >> 8 & 1, sha = features_b >> 29 & 1;
    if (way == WAYBILL_SHA256_X86_SHA) return sha && ssse3 && sse41;
    // Bits 1 and 2: SSE and AVX registers are saved.
    if (way == WAYBILL_SHA256_AVX2) return avx2 && bmi2 && osxsave && (saved_registers() & 6) == 6;
#elif defined(__aarch64__)
    if (way == WAYBILL_SHA256_ARM_SHA) return (getauxval(AT_HWCAP) & (1ul << 6 /* HWCAP_SHA2 */)) != 0;
#endif
    return 0;
}

int waybill_sha256_fastest_way(void) {
    // Asked of the processor once; two threads that ask at the same time get the same answer. 0 is "not asked yet".
    static _Atomic int known = 0;
    int found = atomic_load_explicit(&known, memory_order_relaxed);
    if (found == 0) {
        int way = WAYBILL_SHA256_PORTABLE;
        if (waybill_sha256_can_run(WAYBILL_SHA256_AVX2)) way = WAYBILL_SHA256_AVX2;
        if (waybill_sha256_can_run(WAYBILL_SHA256_X86_SHA)) way = WAYBILL_SHA256_X86_SHA;
        if (waybill_sha256_can_run(WAYBILL_SHA256_ARM_SHA)) way = WAYBILL_SHA256_ARM_SHA;
        found = way + 1;
        atomic_store_explicit(&known, found, memory_order_relaxed);
    }
    return found - 1;
}

void waybill_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t count, int way) {
    switch (way) {
#if defined(__x86_64__)
        case WAYBILL_SHA256_AVX2:
            avx2_blocks(state, blocks, count);
            return;
        case WAYBILL_SHA256_X86_SHA:
            x86_sha_blocks(state, blocks, count);
            return;
#elif defined(__aarch64__)
        case WAYBILL_SHA256_ARM_SHA:
            arm_sha_blocks(state, blocks, count);
            return;
#endif
        default:
            portable_blocks(state, blocks, count);
    }
}
