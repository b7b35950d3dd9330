// What vector instructions tell about text sooner than Swift does: one pass over a chunk, the fields of a record, an
// e-mail address. All are pure functions of the bytes they are given, and read no others. Where the processor lacks the
// instructions (`waybill_text_can_run`), the code in Swift beside each call gives the same answers.
//
// They are written once, over vectors of 32 bytes: one register with AVX2, two on ARM. Only what C has no operators for
// is written for each.

#include "CShims.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define VECTORS __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#elif defined(__aarch64__)
#include <arm_neon.h>
#define VECTORS
#endif

#if defined(VECTORS)

#define PRIMITIVE VECTORS __attribute__((always_inline)) static inline

typedef uint8_t bytes __attribute__((ext_vector_type(32)));
typedef int8_t signed_bytes __attribute__((ext_vector_type(32)));
typedef uint64_t words __attribute__((ext_vector_type(4)));
typedef int64_t signed_words __attribute__((ext_vector_type(4)));
// What a comparison of bytes gives: all bits of a byte or none.
typedef char mask __attribute__((ext_vector_type(32)));

#if defined(__x86_64__)

int waybill_text_can_run(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("popcnt");
}

PRIMITIVE uint64_t bits(mask found) { return (uint32_t)_mm256_movemask_epi8((__m256i)found); }
PRIMITIVE uint64_t bits_of_words(signed_words found) { return (uint64_t)_mm256_movemask_pd((__m256d)found); }
PRIMITIVE int is_zero(bytes all) { return _mm256_testz_si256((__m256i)all, (__m256i)all); }
PRIMITIVE int is_ascii(bytes text) { return _mm256_movemask_epi8((__m256i)text) == 0; }
// By each byte (0 to 15) that of a table which has the same sixteen twice.
PRIMITIVE bytes looked_up(bytes table, bytes by) { return (bytes)_mm256_shuffle_epi8((__m256i)table, (__m256i)by); }

#else

// Every ARM processor of 64 bits has them.
int waybill_text_can_run(void) { return 1; }

PRIMITIVE uint8x16x2_t halves(bytes both) {
    uint8x16x2_t parts;
    memcpy(&parts, &both, sizeof parts);
    return parts;
}

PRIMITIVE uint64_t bits(mask found) {
    const bytes weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
        1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16x2_t parts = halves((bytes)found & weights);
    // Neighbours added three times: eight bytes become one.
    uint8x16_t sums = vpaddq_u8(parts.val[0], parts.val[1]);
    sums = vpaddq_u8(sums, sums);
    return vgetq_lane_u32(vreinterpretq_u32_u8(vpaddq_u8(sums, sums)), 0);
}

PRIMITIVE uint64_t bits_of_words(signed_words found) {
    uint8x16x2_t parts = halves((bytes)(found & (signed_words){1, 2, 4, 8}));
    return vaddvq_u64(vreinterpretq_u64_u8(vorrq_u8(parts.val[0], parts.val[1])));
}

// The highest of all bytes, each with the bits of one in the other half.
PRIMITIVE uint8_t highest(bytes all) { return vmaxvq_u8(vorrq_u8(halves(all).val[0], halves(all).val[1])); }
PRIMITIVE int is_zero(bytes all) { return highest(all) == 0; }
PRIMITIVE int is_ascii(bytes text) { return highest(text) < 0x80; }

// By each byte (0 to 15) that of a table which has the same sixteen twice.
PRIMITIVE bytes looked_up(bytes table, bytes by) {
    uint8x16_t once = halves(table).val[0];
    uint8x16x2_t parts = {{vqtbl1q_u8(once, halves(by).val[0]), vqtbl1q_u8(once, halves(by).val[1])}};
    bytes both;
    memcpy(&both, &parts, sizeof both);
    return both;
}

#endif

PRIMITIVE bytes load(const uint8_t *from) {
    bytes loaded;
    memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

PRIMITIVE words load_words(const void *from) {
    words loaded;
    memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

// How many zero bits are below the lowest one: 64 of 64.
PRIMITIVE uint32_t zeros_below(uint64_t of) { return of == 0 ? 64 : (uint32_t)__builtin_ctzll(of); }
// As many bits, 1 to 64.
PRIMITIVE uint64_t lowest(uint32_t count) { return ~(uint64_t)0 >> (64 - count); }

// The same sixteen bytes twice, for `looked_up`.
#define TABLE(...) ((bytes){__VA_ARGS__, __VA_ARGS__})

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
    TWO = 128,        // two continuations
    CARRY = SHORT | LONG | TWO,
};

typedef struct {
    bytes error;
    bytes before;
    // What the bytes before still lack of a character.
    bytes unfinished;
} utf8_state;

#define SHIFTED_IN(now, before, count) \
    __builtin_shufflevector(before, now, 32 - (count), 33 - (count), 34 - (count), 35 - (count), 36 - (count), \
        37 - (count), 38 - (count), 39 - (count), 40 - (count), 41 - (count), 42 - (count), 43 - (count), \
        44 - (count), 45 - (count), 46 - (count), 47 - (count), 48 - (count), 49 - (count), 50 - (count), \
        51 - (count), 52 - (count), 53 - (count), 54 - (count), 55 - (count), 56 - (count), 57 - (count), \
        58 - (count), 59 - (count), 60 - (count), 61 - (count), 62 - (count), 63 - (count))

PRIMITIVE void check_utf8(utf8_state *state, bytes now) {
    if (is_ascii(now)) {
        state->error |= state->unfinished;
        state->unfinished = 0;
        state->before = now;
        return;
    }
    const bytes by_lead_high = TABLE(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, TWO, TWO, TWO, TWO,
        SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE, SHORT | LARGE | OVERLONG_4);
    const bytes by_lead_low = TABLE(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
        CARRY | LARGE, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4 | SURROGATE,
        CARRY | LARGE | OVERLONG_4, CARRY | LARGE | OVERLONG_4);
    const bytes by_next = TABLE(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
        LONG | OVERLONG_2 | TWO | OVERLONG_3 | OVERLONG_4, LONG | OVERLONG_2 | TWO | OVERLONG_3 | LARGE,
        LONG | OVERLONG_2 | TWO | SURROGATE | LARGE, LONG | OVERLONG_2 | TWO | SURROGATE | LARGE,
        SHORT, SHORT, SHORT, SHORT);
    bytes lead = SHIFTED_IN(now, state->before, 1);
    bytes faults = looked_up(by_lead_high, lead >> 4) & looked_up(by_lead_low, lead & 0x0F)
        & looked_up(by_next, now >> 4);
    // The second byte after E0 … FF and the third after F0 … FF must be continuations behind continuations.
    bytes third = __builtin_elementwise_sub_sat(SHIFTED_IN(now, state->before, 2), (bytes)(0xE0 - 0x80));
    bytes fourth = __builtin_elementwise_sub_sat(SHIFTED_IN(now, state->before, 3), (bytes)(0xF0 - 0x80));
    state->error |= ((third | fourth) & 0x80) ^ faults;
    const bytes whole = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0xF0 - 1, 0xE0 - 1, 0xC0 - 1};
    state->unfinished = __builtin_elementwise_sub_sat(now, whole);
    state->before = now;
}

// MARK: One pass over a chunk

PRIMITIVE mask line_ends(bytes text) { return (text == '\n') | (text == '\r'); }

VECTORS int waybill_text_survey(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, uint64_t *borders) {
    utf8_state utf8 = {0, 0, 0};
    mask control = 0;
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
            bytes now = load(from + half);
            check_utf8(&utf8, now);
            mask lines = line_ends(now), quoting = now == quote;
            control |= (now < 0x20) & ~(lines | (now == '\t'));
            quotes |= bits(quoting) << half;
            marks |= bits(lines | quoting | (now == delimiter)) << half;
            odd |= bits((signed_bytes)now < 0x21) << half;
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
        utf8.error |= utf8.unfinished;
    }
    return (is_zero((bytes)control) ? 0 : WAYBILL_TEXT_CONTROL) | (is_zero(utf8.error) ? 0 : WAYBILL_TEXT_NOT_UTF8);
}

// MARK: The marks of 64 bytes

VECTORS uint64_t waybill_text_marks(const uint8_t *text, uint8_t delimiter, uint8_t quote) {
    uint64_t marks = 0;
    for (int half = 0; half < 64; half += 32) {
        bytes now = load(text + half);
        marks |= bits(line_ends(now) | (now == quote) | (now == delimiter)) << half;
    }
    return marks;
}

// MARK: Plain fields of CSV

// `FieldKind.text`.
#define TEXT 0x10000000

VECTORS size_t waybill_text_fields(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, waybill_text_cut *cut, void *fields, size_t most) {
    uint64_t *spans = fields, marks = cut->marks, start = cut->start;
    size_t base = cut->base, found = 0;
    while (base + 64 <= count) {
        uint64_t delimiters = bits(load(text + base) == delimiter) | bits(load(text + base + 32) == delimiter) << 32;
        // The delimiters before any other mark.
        uint64_t others = marks & ~delimiters, plain = marks & ((others & -others) - 1);
        if ((size_t)__builtin_popcountll(plain) > most - found) break;
        for (uint64_t rest = plain; rest != 0; rest &= rest - 1) {
            uint64_t at = base + zeros_below(rest);
            spans[found++] = start << 32 | TEXT | (at - start);
            start = at + 1;
        }
        marks &= ~plain;
        if (others != 0 || base + 128 > count) break;
        base += 64;
        marks = waybill_text_marks(text + base, delimiter, quote);
    }
    *cut = (waybill_text_cut){base, marks, start};
    return found;
}

// MARK: The fields of a record

#define OFFSET(span) ((span) >> 32)
#define LENGTH(span) ((span) & 0x0FFFFFFF)
#define KIND 0x70000000
// `FieldKind.nested`, and `FieldSpan.isTrimmed`.
#define NESTED 0x40000000
#define TRIMMED 0x80000000

VECTORS uint64_t waybill_text_wanted(
    const void *fields, const int64_t *free_lengths, size_t count, const uint64_t *borders, size_t start, size_t end,
    int *form) {
    const uint64_t *spans = fields;
    words apart = 0;
    signed_words outside = 0;
    uint64_t wanted = 0, gaps = 0, beyond = 0;
    size_t field = 0, last = count > 0 ? count - 1 : 0;
    // Each with the one behind it: the last one is left. Of the others, the last four are looked at together.
    while (field < last && last >= 4) {
        if (field + 4 > last) field = last - 4;
        words span = load_words(spans + field), next = load_words(spans + field + 1);
        words length = LENGTH(span), behind = OFFSET(span) + length;
        signed_words is_long = (signed_words)length > (signed_words)load_words(free_lengths + field);
        wanted |= bits_of_words(is_long | ((span & KIND) == NESTED)) << field;
        outside |= (signed_words)behind > (int64_t)end;
        apart |= ((behind + 1) ^ OFFSET(next)) | (words)((signed_words)length > 0xFE);
        field += 4;
    }
    for (; field < count; field++) {
        uint64_t length = LENGTH(spans[field]), behind = OFFSET(spans[field]) + length;
        int is_wanted = (int64_t)length > free_lengths[field] || (spans[field] & KIND) == NESTED;
        wanted |= (uint64_t)is_wanted << field;
        beyond |= behind > end;
        gaps |= length > 0xFE;
        if (field + 1 < count) gaps |= OFFSET(spans[field + 1]) ^ (behind + 1);
    }
    *form = (gaps == 0 && is_zero((bytes)apart) ? WAYBILL_TEXT_ADJACENT : 0)
        | (beyond == 0 && is_zero((bytes)outside) ? WAYBILL_TEXT_RAW : 0);
    if (end <= start) return wanted;
    // Most records have no odd byte at a border, or one.
    field = 0;
    for (size_t word = start / 64; word <= (end - 1) / 64; word++) {
        uint64_t bits = borders[word];
        if (word == start / 64) bits &= ~(uint64_t)0 << (start % 64);
        if (word == (end - 1) / 64) bits &= ~(uint64_t)0 >> (63 - (end - 1) % 64);
        for (; bits != 0; bits &= bits - 1) {
            size_t place = word * 64 + zeros_below(bits);
            while (field < count && OFFSET(spans[field]) + LENGTH(spans[field]) <= place) field++;
            if (field == count) return wanted;
            if (OFFSET(spans[field]) <= place) wanted |= (uint64_t)1 << field;
        }
    }
    return wanted;
}

VECTORS uint64_t waybill_text_untrimmed(const void *fields, const int64_t *free_lengths, size_t count) {
    const uint64_t *spans = fields;
    uint64_t wanted = 0;
    size_t field = 0;
    for (; field + 4 <= count; field += 4) {
        words span = load_words(spans + field), length = LENGTH(span);
        signed_words is_long = (signed_words)length > (signed_words)load_words(free_lengths + field);
        signed_words is_open = ((span & KIND) == NESTED) | (((span & TRIMMED) == 0) & (length != 0));
        wanted |= bits_of_words(is_long | is_open) << field;
    }
    for (; field < count; field++) {
        uint64_t length = LENGTH(spans[field]);
        int is_open = (spans[field] & KIND) == NESTED || ((spans[field] & TRIMMED) == 0 && length != 0);
        wanted |= (uint64_t)((int64_t)length > free_lengths[field] || is_open) << field;
    }
    return wanted;
}

VECTORS size_t waybill_text_room(const void *fields, size_t count, size_t readable) {
    const uint64_t *spans = fields;
    words sums = 0;
    signed_words outside = 0;
    uint64_t sum = 0, beyond = 0;
    size_t field = 0;
    for (; field + 4 <= count; field += 4) {
        words span = load_words(spans + field), length = LENGTH(span);
        sums += length;
        outside |= (signed_words)(OFFSET(span) + length) > (int64_t)readable;
    }
    for (; field < count; field++) {
        sum += LENGTH(spans[field]);
        beyond |= OFFSET(spans[field]) + LENGTH(spans[field]) > readable;
    }
    if (beyond || !is_zero((bytes)outside)) return 0;
    return sum + sums[0] + sums[1] + sums[2] + sums[3] + 5 * count + 64;
}

VECTORS size_t waybill_text_lay_out(const void *fields, size_t count, const uint8_t *text, size_t readable, uint8_t *room) {
    const uint64_t *spans = fields;
    uint8_t *next = room;
    for (size_t field = 0; field < count; field++) {
        uint64_t length = LENGTH(spans[field]), offset = OFFSET(spans[field]);
        *next++ = length < 0xFF ? (uint8_t)length : 0xFF;
        if (length >= 0xFF) {
            for (int byte = 0; byte < 4; byte++) *next++ = (uint8_t)(length >> (8 * byte));
        }
        if (length <= 64 && offset + 64 <= readable) {
            // Nearly all; what is copied too much is overwritten, or not counted.
            bytes value = load(text + offset), rest = load(text + offset + 32);
            memcpy(next, &value, sizeof value);
            memcpy(next + 32, &rest, sizeof rest);
        } else {
            memcpy(next, text + offset, length);
        }
        next += length;
    }
    return (size_t)(next - room);
}

// MARK: The members of a JSON object

// How many bytes are without a last character that is cut off.
static size_t without_cut(const uint8_t *text, size_t count) {
    size_t first = count;
    while (first > 0 && count - first < 3 && (text[first - 1] & 0xC0) == 0x80) first--;
    if (first == 0 || text[first - 1] < 0xC0) return count;
    uint8_t lead = text[first - 1];
    return count - first < (lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1) ? first - 1 : count;
}

VECTORS int waybill_text_stops(const uint8_t *text, size_t count, uint64_t *stops) {
    utf8_state utf8 = {0, 0, 0};
    mask control = 0;
    uint8_t last[64];
    size_t whole = without_cut(text, count), words = (count + 63) / 64;
    stops[words > 0 ? words - 1 : 0] = 0;
    for (size_t start = 0; start < whole; start += 64) {
        const uint8_t *from = text + start;
        if (whole - start < 64) {
            memset(last, ' ', sizeof last);
            memcpy(last, from, whole - start);
            from = last;
        }
        uint64_t found = 0;
        for (int half = 0; half < 64; half += 32) {
            bytes now = load(from + half);
            check_utf8(&utf8, now);
            mask low = now < 0x20;
            found |= bits((now == '"') | (now == '\\') | low) << half;
            control |= low & ~(line_ends(now) | (now == '\t'));
        }
        stops[start / 64] = found;
    }
    // Behind the text everything stops.
    if (count % 64 != 0) stops[words - 1] |= ~(uint64_t)0 << count % 64;
    stops[words] = ~(uint64_t)0;
    return (is_zero((bytes)control) ? 0 : WAYBILL_TEXT_CONTROL) | (is_zero(utf8.error) ? 0 : WAYBILL_TEXT_NOT_UTF8);
}

VECTORS size_t waybill_text_members(
    const uint8_t *text, const uint64_t *stops, size_t *position, const uint8_t *leads, const waybill_text_member *members,
    size_t first, size_t count, void *fields, int *is_at_value) {
    uint64_t *spans = fields;
    size_t behind = *position, member = first;
    *is_at_value = 0;
    for (; member < count; member++) {
        const waybill_text_member known = members[member];
        const uint8_t *lead = leads + known.lead;
        uint32_t left = known.length;
        size_t value = behind;
        for (; left > 32 && bits(load(text + value) != load(lead)) == 0; left -= 32, value += 32) lead += 32;
        if (left > 32 || (bits(load(text + value) != load(lead)) & lowest(left)) != 0) break;
        // A name that came before in the record.
        if (spans[known.place] != 0) break;
        value += left;
        size_t start = value + 1, end = start;
        if (text[value] == '"') {
            // At least 57 bits of the string, which are enough for most.
            uint64_t ahead;
            for (;; end += 57) {
                memcpy(&ahead, (const uint8_t *)stops + end / 8, sizeof ahead);
                ahead >>= end % 8;
                if (ahead != 0) break;
            }
            end += zeros_below(ahead);
        }
        if (text[value] != '"' || text[end] != '"') {
            behind = value;
            *is_at_value = 1;
            break;
        }
        // Negative where a byte at an end is none of ! … ~. Beside an empty value are quotation marks.
        int32_t ends = ((int8_t)text[start] - 0x21) | ((int8_t)text[end - 1] - 0x21);
        spans[known.place] = (uint64_t)start << 32 | (~(uint32_t)ends & TRIMMED) | TEXT | (end - start);
        behind = end + 1;
    }
    *position = behind;
    return member;
}

// MARK: An e-mail address

typedef struct {
    uint64_t atoms, ats, dots, hyphens, digits, letters;
} email_marks;

PRIMITIVE email_marks marks_of_email(const uint8_t *text) {
    bytes now = load(text);
    // `atext` of RFC 5322: by a byte's lower half, the rows of the ASCII table that have it there. Bit 0 is row 2x
    // (! # $ % & ' * + - /), then 3x (0-9 = ?), 4x (A-O), 5x (P-Z ^ _), 6x (` a-o), 7x (p-z { | } ~).
    const bytes rows_by_column = TABLE(0x3A, 0x3F, 0x3E, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3E, 0x3E, 0x3D, 0x35, 0x34,
        0x37, 0x3C, 0x1F);
    const bytes bit_of_row = TABLE(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0);
    return (email_marks){
        .atoms = bits((looked_up(rows_by_column, now & 0x0F) & looked_up(bit_of_row, now >> 4)) != 0),
        .ats = bits(now == '@'),
        .dots = bits(now == '.'),
        .hyphens = bits(now == '-'),
        .digits = bits(now - '0' <= 9),
        .letters = bits((now | 0x20) - 'a' <= 25),
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
    uint64_t all = lowest((uint32_t)count);
    uint32_t at = zeros_below(marks.ats & all);
    if (at == 0 || at + 1 >= count) return 0;
    uint64_t local = lowest(at), domain = all & ~local & ~((uint64_t)1 << at);
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
    uint64_t label = domain & ~lowest(64 - (uint32_t)__builtin_clzll(dots));
    return ((marks.letters | marks.hyphens) & label) != 0;
}

#else

// Nobody calls these here: `waybill_text_can_run` says no.
#pragma clang diagnostic ignored "-Wunused-parameter"

int waybill_text_can_run(void) { return 0; }

int waybill_text_survey(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, uint64_t *borders) {
    __builtin_trap();
}

uint64_t waybill_text_marks(const uint8_t *text, uint8_t delimiter, uint8_t quote) { __builtin_trap(); }

size_t waybill_text_fields(
    const uint8_t *text, size_t count, uint8_t delimiter, uint8_t quote, waybill_text_cut *cut, void *fields, size_t most) {
    __builtin_trap();
}

uint64_t waybill_text_wanted(
    const void *fields, const int64_t *free_lengths, size_t count, const uint64_t *borders, size_t start, size_t end,
    int *form) {
    __builtin_trap();
}

uint64_t waybill_text_untrimmed(const void *fields, const int64_t *free_lengths, size_t count) { __builtin_trap(); }

size_t waybill_text_room(const void *fields, size_t count, size_t readable) { __builtin_trap(); }

size_t waybill_text_lay_out(const void *fields, size_t count, const uint8_t *text, size_t readable, uint8_t *room) {
    __builtin_trap();
}

int waybill_text_stops(const uint8_t *text, size_t count, uint64_t *stops) { __builtin_trap(); }

size_t waybill_text_members(
    const uint8_t *text, const uint64_t *stops, size_t *position, const uint8_t *leads, const waybill_text_member *members,
    size_t first, size_t count, void *fields, int *is_at_value) {
    __builtin_trap();
}

int waybill_text_is_plain_email(const uint8_t *text, size_t count, size_t readable) { __builtin_trap(); }

#endif
