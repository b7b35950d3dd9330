// What vector instructions tell about text sooner than Swift does: one pass over a chunk, the fields of a record, an
// e-mail address. All are pure functions of the bytes they are given, and read no others. Where the processor lacks the
// instructions (`waybill_text_can_run`), the code in Swift beside each call gives the same answers.

#include "CShims.h"

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTORS __attribute__((target("avx2,bmi,bmi2,lzcnt")))

int waybill_text_can_run(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("lzcnt");
}

// The same sixteen bytes twice, for look-ups by the lower half of each byte.
#define TABLE(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
#define BITS(vector) ((uint64_t)(uint32_t)_mm256_movemask_epi8(vector))

// MARK: UTF-8

// Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2020): three look-ups, by the two halves
// of the byte before and the upper half of each byte, have a bit in common where two neighbours cannot follow each
// other; two continuation bytes in a row are right only where a lead byte asks for them.
enum {
    SHORT = 1,        // lead byte, then no continuation
    LONG = 2,         // ASCII, then a continuation
    OVERLONG_3 = 4,   // E0, then 80 … 9F
    LARGE = 8,        // F4, then 90 … BF; F5 … FF
    SURROGATE = 16,   // ED, then A0 … BF
    OVERLONG_2 = 32,  // C0, C1
    OVERLONG_4 = 64,  // F0, then 80 … 8F; also F5 … FF, then 80 … 8F
    TWO = -128,       // two continuations
    CARRY = SHORT | LONG | TWO,
};

typedef struct {
    __m256i error;
    __m256i before;
    // What the bytes before still lack of a character.
    __m256i unfinished;
} utf8_state;

#define SHIFTED_IN(now, before, count) \
    _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - (count))

VECTORS static inline void check_utf8(utf8_state *state, __m256i now) {
    if (_mm256_movemask_epi8(now) == 0) {
        state->error = _mm256_or_si256(state->error, state->unfinished);
        state->unfinished = _mm256_setzero_si256();
        state->before = now;
        return;
    }
    const __m256i low = _mm256_set1_epi8(0x0F);
    const __m256i by_lead_high = TABLE(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, TWO, TWO, TWO, TWO,
        SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE, SHORT | LARGE | OVERLONG_4);
    const __m256i by_lead_low = TABLE(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
        CARRY | LARGE, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4 | SURROGATE,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4);
    const __m256i by_next = TABLE(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
        LONG | OVERLONG_2 | TWO | OVERLONG_3 | OVERLONG_4, LONG | OVERLONG_2 | TWO | OVERLONG_3 | LARGE,
        LONG | OVERLONG_2 | TWO | SURROGATE | LARGE, LONG | OVERLONG_2 | TWO | SURROGATE | LARGE,
        SHORT, SHORT, SHORT, SHORT);
    __m256i lead = SHIFTED_IN(now, state->before, 1);
    __m256i lead_high = _mm256_and_si256(_mm256_srli_epi16(lead, 4), low);
    __m256i next_high = _mm256_and_si256(_mm256_srli_epi16(now, 4), low);
    __m256i faults = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(by_lead_high, lead_high),
            _mm256_shuffle_epi8(by_lead_low, _mm256_and_si256(lead, low))),
        _mm256_shuffle_epi8(by_next, next_high));
    // The second byte after E0 … FF and the third after F0 … FF must be continuations behind continuations.
    __m256i third = _mm256_subs_epu8(SHIFTED_IN(now, state->before, 2), _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(SHIFTED_IN(now, state->before, 3), _mm256_set1_epi8(0xF0 - 0x80));
    __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    state->error = _mm256_or_si256(state->error, _mm256_xor_si256(must, faults));
    const __m256i whole = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)(0xF0 - 1), (char)(0xE0 - 1), (char)(0xC0 - 1));
    state->unfinished = _mm256_subs_epu8(now, whole);
    state->before = now;
}

// MARK: One pass over a chunk

VECTORS int waybill_text_survey(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, uint64_t *borders) {
    utf8_state utf8 = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    __m256i control = _mm256_setzero_si256();
    // What stands before the text counts as a line end. Of each 64 bytes, the last one's bits are needed for the next.
    uint64_t mark_before = 1, quote_before = 0, odd_before = 0, low_before = 0;
    uint8_t last[64];
    for (size_t start = 0; start < count; start += 64) {
        const uint8_t *from = text + start;
        if (count - start < 64) {
            // What follows the text counts as a line end, too.
            memset(last, '\n', sizeof last);
            memcpy(last, from, count - start);
            from = last;
        }
        uint64_t marks = 0, quotes = 0, odd = 0;
        for (int half = 0; half < 64; half += 32) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(from + half));
            check_utf8(&utf8, bytes);
            __m256i lines = _mm256_or_si256(
                _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
            __m256i below_space = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
            __m256i allowed = _mm256_or_si256(lines, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t')));
            control = _mm256_or_si256(control, _mm256_andnot_si256(allowed, below_space));
            __m256i quoting = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)quote));
            __m256i parting = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)delimiter));
            quotes |= BITS(quoting) << half;
            marks |= BITS(_mm256_or_si256(_mm256_or_si256(lines, quoting), parting)) << half;
            // The comparison is signed: bytes outside ASCII are below the space, too.
            odd |= BITS(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), bytes)) << half;
        }
        // A line end or a tab that parts values belongs to one only within quotes.
        uint64_t low = odd & marks;
        odd &= ~marks;
        if (start > 0) borders[start / 64 - 1] |= ((odd_before & marks) | (low_before & quotes)) << 63;
        borders[start / 64] = (odd & (marks << 1 | mark_before | marks >> 1))
            | (low & (quotes << 1 | quote_before | quotes >> 1));
        mark_before = marks >> 63;
        quote_before = quotes >> 63;
        odd_before = odd >> 63;
        low_before = low >> 63;
    }
    if (count > 0 && count % 64 == 0) {
        borders[count / 64 - 1] |= odd_before << 63;
        utf8.error = _mm256_or_si256(utf8.error, utf8.unfinished);
    }
    return (_mm256_testz_si256(control, control) ? 0 : WAYBILL_TEXT_CONTROL)
        | (_mm256_testz_si256(utf8.error, utf8.error) ? 0 : WAYBILL_TEXT_NOT_UTF8);
}

// MARK: The marks of 64 bytes

VECTORS uint64_t waybill_text_marks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
    uint64_t marks = 0;
    for (int half = 0; half < 64; half += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + half));
        __m256i lines = _mm256_or_si256(
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
        __m256i others = _mm256_or_si256(
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)quote)),
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)delimiter)));
        marks |= BITS(_mm256_or_si256(lines, others)) << half;
    }
    return marks;
}

// MARK: The fields of a record

#define OFFSET(span) ((span) >> 32)
#define LENGTH(span) ((span) & 0x0FFFFFFF)
// `FieldKind.nested`, where a span has it.
#define NESTED 0x40000000

VECTORS uint64_t waybill_text_wanted(
    const void *fields, const int64_t *free_lengths, size_t count, const uint64_t *borders, size_t start, size_t end,
    int *form) {
    const uint64_t *spans = fields;
    const __m256i length_bits = _mm256_set1_epi64x(0x0FFFFFFF), one = _mm256_set1_epi64x(1);
    const __m256i kind_bits = _mm256_set1_epi64x(0xF0000000), nested = _mm256_set1_epi64x(NESTED);
    const __m256i most = _mm256_set1_epi64x(0xFE), record_end = _mm256_set1_epi64x((long long)end);
    __m256i apart = _mm256_setzero_si256(), outside = _mm256_setzero_si256();
    uint64_t wanted = 0, gaps = 0, beyond = 0;
    size_t field = 0;
    for (; field + 4 < count; field += 4) {
        __m256i span = _mm256_loadu_si256((const __m256i *)(spans + field));
        __m256i next = _mm256_loadu_si256((const __m256i *)(spans + field + 1));
        __m256i length = _mm256_and_si256(span, length_bits);
        __m256i above = _mm256_cmpgt_epi64(length, _mm256_loadu_si256((const __m256i *)(free_lengths + field)));
        above = _mm256_or_si256(above, _mm256_cmpeq_epi64(_mm256_and_si256(span, kind_bits), nested));
        wanted |= (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(above)) << field;
        __m256i behind = _mm256_add_epi64(_mm256_srli_epi64(span, 32), length);
        outside = _mm256_or_si256(outside, _mm256_cmpgt_epi64(behind, record_end));
        __m256i step = _mm256_xor_si256(_mm256_add_epi64(behind, one), _mm256_srli_epi64(next, 32));
        apart = _mm256_or_si256(apart, _mm256_or_si256(step, _mm256_cmpgt_epi64(length, most)));
    }
    for (; field < count; field++) {
        uint64_t length = LENGTH(spans[field]), behind = OFFSET(spans[field]) + length;
        int is_wanted = (int64_t)length > free_lengths[field] || (spans[field] & 0xF0000000) == NESTED;
        wanted |= (uint64_t)is_wanted << field;
        beyond |= behind > end;
        gaps |= length > 0xFE;
        if (field + 1 < count) gaps |= OFFSET(spans[field + 1]) ^ (behind + 1);
    }
    *form = (gaps == 0 && _mm256_testz_si256(apart, apart) ? WAYBILL_TEXT_ADJACENT : 0)
        | (beyond == 0 && _mm256_testz_si256(outside, outside) ? WAYBILL_TEXT_RAW : 0);
    if (end <= start) return wanted;
    // Most records have no odd byte at a border, or one.
    field = 0;
    for (size_t word = start / 64; word <= (end - 1) / 64; word++) {
        uint64_t bits = borders[word];
        if (word == start / 64) bits &= ~(uint64_t)0 << (start % 64);
        if (word == (end - 1) / 64) bits &= ~(uint64_t)0 >> (63 - (end - 1) % 64);
        for (; bits != 0; bits &= bits - 1) {
            size_t place = word * 64 + _tzcnt_u64(bits);
            while (field < count && OFFSET(spans[field]) + LENGTH(spans[field]) <= place) field++;
            if (field == count) return wanted;
            if (OFFSET(spans[field]) <= place) wanted |= (uint64_t)1 << field;
        }
    }
    return wanted;
}

// MARK: An e-mail address

typedef struct {
    uint64_t atoms, ats, dots, hyphens, digits, letters;
} email_marks;

VECTORS static inline email_marks marks_of_email(const uint8_t *text) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
    // `atext` of RFC 5322: by a byte's lower half, the rows of the ASCII table that have it there. Bit 0 is row 2x
    // (! # $ % & ' * + - /), then 3x (0-9 = ?), 4x (A-O), 5x (P-Z ^ _), 6x (` a-o), 7x (p-z { | } ~).
    const __m256i rows_by_column = TABLE(0x3A, 0x3F, 0x3E, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3E, 0x3E, 0x3D, 0x35, 0x34,
        0x37, 0x3C, 0x1F);
    const __m256i bit_of_row = TABLE(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i low = _mm256_set1_epi8(0x0F);
    __m256i rows = _mm256_shuffle_epi8(rows_by_column, _mm256_and_si256(bytes, low));
    __m256i row = _mm256_shuffle_epi8(bit_of_row, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low));
    __m256i digit = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
    __m256i letter = _mm256_sub_epi8(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    return (email_marks){
        .atoms = BITS(_mm256_cmpgt_epi8(_mm256_and_si256(rows, row), _mm256_setzero_si256())),
        .ats = BITS(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('@'))),
        .dots = BITS(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.'))),
        .hyphens = BITS(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('-'))),
        .digits = BITS(_mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit)),
        .letters = BITS(_mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter)),
    };
}

VECTORS int waybill_text_is_plain_email(const uint8_t *text, size_t count, size_t readable) {
    if (count == 0 || count > 64) return 0;
    uint8_t padded[64];
    if (readable < 64) {
        memset(padded, 0, sizeof padded);
        memcpy(padded, text, count);
        text = padded;
    }
    email_marks marks = marks_of_email(text);
    if (count > 32) {
        email_marks upper = marks_of_email(text + 32);
        marks.atoms |= upper.atoms << 32;
        marks.ats |= upper.ats << 32;
        marks.dots |= upper.dots << 32;
        marks.hyphens |= upper.hyphens << 32;
        marks.digits |= upper.digits << 32;
        marks.letters |= upper.letters << 32;
    }
    uint64_t all = _bzhi_u64(~(uint64_t)0, (uint32_t)count);
    uint32_t at = (uint32_t)_tzcnt_u64(marks.ats & all);
    if (at == 0 || at + 1 >= count) return 0;
    uint64_t local = _bzhi_u64(~(uint64_t)0, at), domain = all & ~local & ~((uint64_t)1 << at);
    // Atoms parted by single dots.
    uint64_t dots = marks.dots & local;
    if (local & ~(marks.atoms | dots)) return 0;
    if (dots & (1 | (uint64_t)1 << (at - 1) | dots << 1)) return 0;
    // Labels of letters, digits and hyphens, parted by single dots; no label begins or ends with a hyphen.
    uint64_t first = (uint64_t)2 << at, end = (uint64_t)1 << (count - 1), hyphens = marks.hyphens & domain;
    dots = marks.dots & domain;
    if (dots == 0 || domain & ~(marks.letters | marks.digits | hyphens | dots)) return 0;
    if (dots & (first | end | dots << 1)) return 0;
    if (hyphens & (first | end | dots << 1 | dots >> 1)) return 0;
    // The last label has more than digits.
    uint64_t label = domain & ~_bzhi_u64(~(uint64_t)0, 64 - (uint32_t)_lzcnt_u64(dots));
    return ((marks.letters | marks.hyphens) & label) != 0;
}

#else

// Nobody calls these here: `waybill_text_can_run` says no.

int waybill_text_can_run(void) { return 0; }

int waybill_text_survey(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, uint64_t *borders) {
    __builtin_trap();
}

uint64_t waybill_text_marks(const uint8_t *text, uint8_t delimiter, uint8_t quote) { __builtin_trap(); }

uint64_t waybill_text_wanted(
    const void *fields, const int64_t *free_lengths, size_t count, const uint64_t *borders, size_t start, size_t end,
    int *form) {
    __builtin_trap();
}

int waybill_text_is_plain_email(const uint8_t *text, size_t count, size_t readable) { __builtin_trap(); }

#endif
