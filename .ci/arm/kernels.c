// The C code that is written for a processor's instructions (Sources/CShims: text_kernels.c, row_sums.c, sha256.c)
// against the plainest code for the same, on random, structured and adversarial bytes:
//
//   kernels SEED CASES
//
// The cases depend on these two numbers only, on every processor. Prints a sum over all answers of each kind, which must be
// the same on all of them. Ends with 1 at the first answer that is not that of the plain code.

#define _GNU_SOURCE
#include "CShims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// MARK: Chance, and a sum of answers

static uint64_t chance;

static uint64_t next(void) { return waybill_mark(0, chance++); }
static uint64_t below(uint64_t bound) { return next() % bound; }

static uint64_t sum, cases;

static void say(const char *kind) {
    printf("%s: %llu cases, sum %016llx\n", kind, (unsigned long long)cases, (unsigned long long)sum);
    fflush(stdout);
    sum = cases = 0;
}

static void add(uint64_t answer) { sum = waybill_mark(sum, answer); }

static void check(int same, const char *kind, const uint8_t *bytes, size_t count) {
    if (same) return;
    printf("%s: another answer than the plain code's, case %llu:", kind, (unsigned long long)cases);
    for (size_t place = 0; place < count; place++) printf(" %02x", bytes[place]);
    printf("\n");
    exit(1);
}

// MARK: Memory between pages that nobody may touch

enum { ROOM = 1 << 16 };

static uint8_t *fence(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *all = mmap(NULL, ROOM + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all, page, PROT_NONE) || mprotect(all + page + ROOM, page, PROT_NONE)) abort();
    return all + page;
}

// A place for so many bytes: at the end, at the beginning, or at any offset near one of them.
static uint8_t *place_in(uint8_t *memory, size_t count) {
    size_t away = below(2) ? 0 : below(65);
    if (away > ROOM - count) away = 0;
    return below(4) ? memory + ROOM - count - away : memory + away;
}

// MARK: Texts

static const char *const pieces[] = {
    ",", "\"", "\n", "\r", "\r\n", "\t", " ", ";", "|", "'", "\"\"", "\",\"", "\" ", " \"", "\"\n", "\n\"", "!", "\x7F", "~", "@", ".",
    "\xC2\x80", "\xC2\xA0", "\xC3\xA9", "\xDF\xBF", "\xE0\xA0\x80", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBB\xBF",
    "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\x9F\x93\xA6", "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF",
    // From here on, a text has a fault.
    "\x01", "\x08", "\x0B", "\x0C", "\x0E", "\x1F", "\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
    "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x9F", "\xF0\x9F\x93", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF",
};
enum { PIECES = sizeof pieces / sizeof *pieces, GOOD_PIECES = PIECES - 23 };

static void fill(uint8_t *text, size_t count) {
    if (below(16) == 0) {
        // Any bytes, or one, with zeros.
        uint8_t one = below(2) ? (uint8_t)next() : 0;
        for (size_t place = 0; place < count; place++) text[place] = one == 0 ? (uint8_t)next() : below(8) ? 0 : one;
        return;
    }
    // Few texts have a fault, or every long text would have one; and some have only one piece.
    uint64_t kinds = below(4) == 0 ? PIECES : GOOD_PIECES, rarity = 1 + below(below(4) ? 12 : 400);
    for (size_t place = 0; place < count;) {
        const char *piece = below(rarity) == 0 ? pieces[below(kinds)] : NULL;
        size_t length = piece ? strlen(piece) : 1;
        if (length > count - place && below(8)) {
            piece = NULL;
            length = 1;
        }
        if (length > count - place) length = count - place;
        if (piece) memcpy(text + place, piece, length);
        else text[place] = (uint8_t)('A' + below(58));
        place += length;
    }
}

static uint8_t delimiter_of_case(void) { return below(8) ? (uint8_t)",;\t|"[below(4)] : (uint8_t)next(); }
static uint8_t quote_of_case(void) { return below(8) ? (uint8_t)"\"'"[below(2)] : (uint8_t)next(); }

// MARK: One pass over a chunk

static int is_utf8(const uint8_t *text, size_t count) {
    for (size_t place = 0; place < count;) {
        uint8_t lead = text[place++];
        if (lead < 0x80) continue;
        int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || count - place < (size_t)more) return 0;
        uint32_t character = lead & (0x3F >> more);
        for (int byte = 0; byte < more; byte++) {
            if ((text[place] & 0xC0) != 0x80) return 0;
            character = character << 6 | (text[place++] & 0x3F);
        }
        if (more == 2 && (character < 0x800 || (character >= 0xD800 && character < 0xE000))) return 0;
        if (more == 3 && (character < 0x10000 || character > 0x10FFFF)) return 0;
    }
    return 1;
}

static int is_mark(uint8_t byte, uint8_t delimiter, uint8_t quote) {
    return byte == delimiter || byte == quote || byte == '\n' || byte == '\r';
}

static void check_survey(uint8_t *texts, uint8_t *outputs, size_t count, uint8_t delimiter, uint8_t quote, const uint8_t *from) {
    static uint8_t padded[ROOM + 64];
    uint8_t *text = place_in(texts, count);
    memcpy(text, from, count);
    memcpy(padded, from, count);
    size_t size = (count + 63) / 64 * 64;
    memset(padded + count, '\n', size - count);
    // The words end where nobody may write; what stands before them must stay.
    uint64_t *borders = (uint64_t *)(void *)(outputs + ROOM - size / 8), guard = 0x0123456789ABCDEF;
    memcpy(borders - 1, &guard, sizeof guard);
    memset(borders, 0xA5, size / 8);
    int faults = waybill_text_survey(text, count, delimiter, quote, borders);
    check(borders[-1] == guard, "writing before the words", text, count);

    int known = is_utf8(text, count) ? 0 : WAYBILL_TEXT_NOT_UTF8;
    for (size_t place = 0; place < count; place++) {
        uint8_t byte = text[place];
        if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') known |= WAYBILL_TEXT_CONTROL;
    }
    check(faults == known, "survey, faults", text, count);
    for (size_t place = 0; place < size; place++) {
        uint8_t byte = padded[place];
        int has_before = place > 0, has_after = place + 1 < size, is_border = 0;
        uint8_t before = has_before ? padded[place - 1] : 0, after = has_after ? padded[place + 1] : 0;
        if (byte < 0x21 || byte > 0x7F) {
            is_border = is_mark(byte, delimiter, quote)
                ? (has_before && before == quote) || (has_after && after == quote)
                : !has_before || is_mark(before, delimiter, quote) || !has_after || is_mark(after, delimiter, quote);
        }
        check((int)(borders[place / 64] >> place % 64 & 1) == is_border, "survey, borders", text, count);
    }
    add((uint64_t)faults);
    for (size_t word = 0; word < size / 64; word++) add(borders[word]);
    cases++;
}

static void survey(uint64_t count) {
    static uint8_t text[ROOM];
    uint8_t *texts = fence(), *outputs = fence();
    for (uint64_t round = 0; round < count; round++) {
        size_t length = round % 2048 == 0 ? below(20000) : round % 301;
        fill(text, length);
        check_survey(texts, outputs, length, delimiter_of_case(), quote_of_case(), text);
    }
    say("survey");

    // Each pair of bytes, with what may or may not follow it, around the borders of 16, 32 and 64 bytes, in the text and at its end.
    static const char rests[][3] = {"", "\x80", "\xBF", "\x80\x80", "\xBF\xBF", "\x80z", "\x80\xC0", "\x80\x7F"};
    for (uint32_t pair = 0; pair < 1 << 16; pair++) {
        if (pair < 0x8000 && (pair & 0x80) == 0) continue;
        uint64_t turns = count / (1 << 16) + 1;
        for (uint64_t turn = 0; turn < turns; turn++) {
            size_t before = (size_t[]){13, 29, 61, 93, 125}[(pair + turn) % 5] + (pair / 256 + turn / 5) % 4;
            const char *rest = rests[below(8)];
            size_t length = before;
            memset(text, 'a', before);
            text[length++] = (uint8_t)(pair >> 8);
            text[length++] = (uint8_t)pair;
            memcpy(text + length, rest, strlen(rest));
            length += strlen(rest);
            size_t after = below(3) * below(40);
            memset(text + length, 'z', after);
            check_survey(texts, outputs, length + after, ',', '"', text);
        }
    }
    say("pairs");
}

// MARK: The marks of 64 bytes

static void marks(uint64_t count) {
    uint8_t *texts = fence();
    for (uint64_t round = 0; round < count; round++) {
        uint8_t *text = place_in(texts, 64), delimiter = delimiter_of_case(), quote = quote_of_case();
        fill(text, 64);
        uint64_t known = 0;
        for (int place = 0; place < 64; place++) known |= (uint64_t)is_mark(text[place], delimiter, quote) << place;
        uint64_t found = waybill_text_marks(text, delimiter, quote);
        check(found == known, "marks", text, 64);
        add(found);
        cases++;
    }
    say("marks");
}

// MARK: Plain fields of CSV

static void fields(uint64_t count) {
    uint8_t *texts = fence(), *spans = fence();
    for (uint64_t round = 0; round < count; round++) {
        size_t length = below(below(2) ? 400 : 80), most = below(4) ? below(80) : below(4);
        uint8_t *text = place_in(texts, length), delimiter = delimiter_of_case(), quote = quote_of_case();
        fill(text, length);
        waybill_text_cut cut = {below(length / 64 + 1) * 64, 0, 0};
        cut.start = cut.base - (cut.base > 0 ? below(cut.base) : 0);
        for (size_t place = 0; place < 64 && cut.base + place < length; place++) {
            cut.marks |= (uint64_t)is_mark(text[cut.base + place], delimiter, quote) << place;
        }
        // Some of them were taken already.
        if (below(2)) cut.marks &= ~(uint64_t)0 << below(64);
        uint64_t *room = (uint64_t *)(void *)(spans + ROOM - most * 8), known[400];
        size_t place = cut.base, start = cut.start, known_count = 0;
        int is_whole = cut.base + 64 <= length;
        for (; is_whole; place++) {
            if (place % 64 == 0 && place > cut.base && place + 64 > length) break;
            if (!is_mark(text[place], delimiter, quote)) continue;
            if (place - cut.base < 64 && (cut.marks >> (place - cut.base) & 1) == 0) continue;
            if (text[place] != delimiter || known_count == most) break;
            known[known_count++] = (uint64_t)start << 32 | 0x10000000 | (place - start);
            start = place + 1;
        }
        size_t found = waybill_text_fields(text, length, delimiter, quote, &cut, room, most);
        // With little room it may stop before it, at the beginning of 64 bytes.
        int same = found == known_count || (found < known_count && most - found < 64);
        check(same && memcmp(room, known, found * 8) == 0, "fields", text, length);
        check(found < known_count || cut.start == start, "fields, start", text, length);
        if (is_whole && found == known_count && known_count < most) {
            uint64_t ahead = 0;
            for (size_t next = place; next < cut.base + 64; next++) {
                ahead |= (uint64_t)is_mark(text[next], delimiter, quote) << (next - cut.base);
            }
            check(cut.marks == ahead, "fields, marks", text, length);
        }
        add(found);
        add(cut.base);
        add(cut.marks);
        add(cut.start);
        for (size_t field = 0; field < found; field++) add(room[field]);
        cases++;
    }
    say("fields");
}

// MARK: The fields of a record

static void wanted(uint64_t count) {
    uint8_t *places[3] = {fence(), fence(), fence()};
    for (uint64_t round = 0; round < count; round++) {
        size_t fields = below(65), start = below(200), end = start;
        uint64_t *spans = (uint64_t *)(void *)(places[0] + ROOM - fields * 8);
        int64_t *free_lengths = (int64_t *)(void *)(places[1] + ROOM - fields * 8);
        int is_wild = below(8) == 0, is_quoted = below(4) == 0;
        for (size_t field = 0; field < fields; field++) {
            uint64_t length = below(below(4) ? 12 : 300), kind = below(6) ? below(2) << 31 : below(16) << 28;
            free_lengths[field] = below(4) ? (int64_t)below(20) : INT64_MAX;
            if (is_quoted) end += below(2);
            spans[field] = (uint64_t)end << 32 | kind | length;
            end += length + 1;
            if (is_wild && below(8) == 0) {
                spans[field] = next() & ~(uint64_t)below(2) << 63;
                free_lengths[field] = (int64_t)next();
            }
        }
        // Not always up to the last field's end.
        size_t less = below(3);
        end = end - start > less ? end - less : start;
        // The last ones are all at the record's end.
        if (below(8) == 0) {
            for (size_t field = below(fields + 1); field < fields; field++) {
                uint64_t length = below(end - start + 1);
                spans[field] = (uint64_t)(end - length) << 32 | length;
            }
        }
        size_t words = (end + 63) / 64;
        uint64_t *borders = (uint64_t *)(void *)(places[2] + ROOM - words * 8);
        uint64_t rarity = below(4);
        for (size_t word = 0; word < words; word++) borders[word] = rarity ? next() & next() & next() & next() & next() : next();
        if (rarity == 1) memset(borders, 0, words * 8);

        int form = -1, known_form = WAYBILL_TEXT_ADJACENT | WAYBILL_TEXT_RAW;
        uint64_t found = waybill_text_wanted(spans, free_lengths, fields, borders, start, end, &form), known = 0;
        for (size_t field = 0; field < fields; field++) {
            uint64_t length = spans[field] & 0x0FFFFFFF, behind = (spans[field] >> 32) + length;
            if ((int64_t)length > free_lengths[field] || (spans[field] & 0x70000000) == 0x40000000) known |= (uint64_t)1 << field;
            if (behind > end) known_form &= ~WAYBILL_TEXT_RAW;
            if (length > 0xFE || (field + 1 < fields && spans[field + 1] >> 32 != behind + 1)) known_form &= ~WAYBILL_TEXT_ADJACENT;
        }
        for (size_t place = start, field = 0; place < end && field < fields; place++) {
            if ((borders[place / 64] >> place % 64 & 1) == 0) continue;
            while (field < fields && (spans[field] >> 32) + (spans[field] & 0x0FFFFFFF) <= place) field++;
            if (field < fields && spans[field] >> 32 <= place) known |= (uint64_t)1 << field;
        }
        check(found == known && form == known_form, "wanted", (const uint8_t *)spans, fields * 8);
        add(found);
        add((uint64_t)form);
        cases++;
    }
    say("wanted");
}

static void untrimmed(uint64_t count) {
    uint8_t *places[2] = {fence(), fence()};
    for (uint64_t round = 0; round < count; round++) {
        size_t fields = below(65);
        uint64_t *spans = (uint64_t *)(void *)(places[0] + ROOM - fields * 8), known = 0;
        int64_t *free_lengths = (int64_t *)(void *)(places[1] + ROOM - fields * 8);
        for (size_t field = 0; field < fields; field++) {
            uint64_t length = below(3) ? below(12) : 0;
            free_lengths[field] = below(4) ? (int64_t)below(20) - 1 : INT64_MAX;
            spans[field] = below(8) ? below(1 << 30) << 32 | below(16) << 28 | length : next();
            length = spans[field] & 0x0FFFFFFF;
            int is_open = (spans[field] & 0x80000000) == 0 && length > 0;
            is_open |= (int64_t)length > free_lengths[field] || (spans[field] & 0x70000000) == 0x40000000;
            known |= (uint64_t)is_open << field;
        }
        uint64_t found = waybill_text_untrimmed(spans, free_lengths, fields);
        check(found == known, "untrimmed", (const uint8_t *)spans, fields * 8);
        add(found);
        cases++;
    }
    say("untrimmed");
}

static void lay_out(uint64_t count) {
    uint8_t *places[3] = {fence(), fence(), fence()};
    static uint8_t known[ROOM];
    for (uint64_t round = 0; round < count; round++) {
        size_t fields = below(below(4) ? 20 : 65), readable = below(800);
        uint8_t *text = place_in(places[0], readable);
        fill(text, readable);
        uint64_t *spans = (uint64_t *)(void *)(places[1] + ROOM - fields * 8);
        size_t size = 0, behind = 0;
        for (size_t field = 0; field < fields; field++) {
            size_t length = below(below(8) ? 40 : 400);
            if (length > readable) length = readable;
            size_t offset = below(readable - length + 1) + (below(400) == 0);
            spans[field] = (uint64_t)offset << 32 | below(16) << 28 | length;
            if (offset + length > behind) behind = offset + length;
            if (behind > readable) continue;
            known[size++] = length < 0xFF ? (uint8_t)length : 0xFF;
            for (int byte = 0; length >= 0xFF && byte < 4; byte++) known[size++] = (uint8_t)(length >> (8 * byte));
            memcpy(known + size, text + offset, length);
            size += length;
        }
        size_t needed = waybill_text_room(spans, fields, readable);
        check((needed == 0) == (behind > readable), "room", (const uint8_t *)spans, fields * 8);
        add(needed);
        cases++;
        if (needed == 0) continue;
        if (needed > ROOM) check(0, "room, too much", (const uint8_t *)spans, fields * 8);
        uint8_t *room = places[2] + ROOM - needed;
        size_t found = waybill_text_lay_out(spans, fields, text, readable, room);
        check(found == size && memcmp(room, known, size) == 0, "lay out", (const uint8_t *)spans, fields * 8);
        add(found);
        for (size_t byte = 0; byte < size; byte++) add(room[byte]);
    }
    say("lay out");
}

// MARK: The members of a JSON object

// What stands between two values, mostly.
static size_t fill_lead(uint8_t *lead, size_t member) {
    static const char *const blanks[] = {"", "", "", " ", "\t ", "  \n"};
    const char *blank = blanks[below(6)];
    size_t length = (size_t)sprintf((char *)lead, "%s\"%c%.*s\":%s", member ? "," : "{", (char)('a' + below(26)), (int)below(below(6) ? 12 : 90),
        "nameofakeythatislongerthanavectoroftwoandthirtybytesandalsothantwoofthemtogetherwhichhappens", blank);
    if (below(8) == 0) lead[length - 1 - below(2)] = (uint8_t)(1 + below(255));
    return length;
}

static void members(uint64_t count) {
    uint8_t *places[5] = {fence(), fence(), fence(), fence(), fence()};
    static uint8_t leads[24][128], text[ROOM];
    uint64_t passed = 0;
    for (uint64_t round = 0; round < count; round++) {
        size_t all = 1 + below(20), bytes = 0, length = 0, first = below(4) ? 0 : below(all + 1);
        waybill_text_member *known = (waybill_text_member *)(void *)(places[0] + ROOM - all * sizeof *known);
        for (size_t member = 0; member < all; member++) {
            size_t size = fill_lead(leads[member], member);
            known[member] = (waybill_text_member){(uint32_t)bytes, (uint32_t)size, (uint32_t)(below(16) ? member : below(all))};
            bytes += (size + 31) / 32 * 32;
        }
        uint8_t *packed = places[1] + ROOM - bytes;
        memset(packed, 0, bytes);
        for (size_t member = 0; member < all; member++) memcpy(packed + known[member].lead, leads[member], known[member].length);
        size_t start = below(5);
        memset(text, ' ', start);
        length = start;
        for (size_t member = first; member < all; member++) {
            memcpy(text + length, leads[member], known[member].length);
            length += known[member].length;
            text[length] = below(100) ? '"' : '7';
            size_t inside = ++length, size = below(below(8) ? 20 : 150);
            fill(text + length, size);
            length += size;
            for (; inside < length; inside++) {
                int is_stop = text[inside] == '"' || text[inside] == '\\' || text[inside] < 0x20;
                if (is_stop && below(200)) text[inside] = 'x';
            }
            text[length++] = '"';
            if (below(100) == 0) text[start + below(length - start)] = (uint8_t)next();
        }
        text[length++] = '}';
        if (below(8) == 0) length = start + below(length - start + 1);
        uint8_t *placed = places[2] + ROOM - length - 32;
        memcpy(placed, text, length);
        memset(placed + length, 0, 32);
        uint64_t *fields = (uint64_t *)(void *)(places[3] + ROOM - all * 8), found[24];
        memset(fields, 0, all * 8);
        if (below(8) == 0) fields[below(all)] = 1;
        memcpy(found, fields, all * 8);

        size_t words = (length + 63) / 64 + 1;
        uint64_t *stops = (uint64_t *)(void *)(places[4] + ROOM - words * 8);
        int faults = waybill_text_stops(placed, length, stops), known_faults = 0;
        for (size_t place = 0; place < words * 64; place++) {
            uint8_t byte = place < length ? placed[place] : 0;
            int is_stop = byte == '"' || byte == '\\' || byte < 0x20;
            check((int)(stops[place / 64] >> place % 64 & 1) == is_stop, "JSON survey, stops", placed, length);
            if (place < length && byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') known_faults |= WAYBILL_TEXT_CONTROL;
        }
        // A character that is cut off at the end is no fault.
        size_t whole = length;
        for (size_t cut = 1; cut <= 3 && cut <= length; cut++) {
            uint8_t lead = placed[length - cut];
            if ((lead & 0xC0) == 0x80) continue;
            if (lead >= 0xC0 && cut < (lead >= 0xF0 ? 4u : lead >= 0xE0 ? 3u : 2u)) whole = length - cut;
            break;
        }
        if (!is_utf8(placed, whole)) known_faults |= WAYBILL_TEXT_NOT_UTF8;
        check(faults == known_faults, "JSON survey, faults", placed, length);
        add((uint64_t)faults);

        size_t at = start, member = first;
        int is_at_value = 0, at_value = -1;
        for (; member < all; member++) {
            size_t value = at + known[member].length;
            if (value > length || memcmp(placed + at, leads[member], known[member].length) != 0 || found[known[member].place]) break;
            size_t end = value + 1;
            while (end < length && placed[end] >= 0x20 && placed[end] != '"' && placed[end] != '\\') end++;
            if (placed[value] != '"' || placed[end] != '"') {
                at = value;
                is_at_value = 1;
                break;
            }
            uint8_t one = placed[value + 1], last = placed[end - 1];
            uint64_t is_trimmed = end == value + 1 || (one > 0x20 && one < 0x80 && last > 0x20 && last < 0x80);
            found[known[member].place] = (uint64_t)(value + 1) << 32 | is_trimmed << 31 | 1 << 28 | (end - value - 1);
            at = end + 1;
        }
        size_t reached = start, last = waybill_text_members(placed, stops, &reached, packed, known, first, all, fields, &at_value);
        check(last == member && reached == at && at_value == is_at_value && memcmp(found, fields, all * 8) == 0, "members", placed, length);
        passed += last == all;
        add(last);
        add(reached);
        for (size_t field = 0; field < all; field++) add(fields[field]);
        cases++;
    }
    if (passed < count / 10 || passed > count / 10 * 9) check(0, "members: too few or too many are all passed", NULL, 0);
    say("members");
}

// MARK: An e-mail address

static int is_letter(uint8_t byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }
static int is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int is_plain_email(const uint8_t *text, size_t count) {
    size_t place = 0, start = 0, labels = 0;
    int is_number = 1;
    if (count == 0 || count > 64) return 0;
    for (;; place++) {
        if (place == count) return 0;
        uint8_t byte = text[place];
        if (byte == '.' || byte == '@') {
            if (place == start) return 0;
            start = place + 1;
            if (byte == '@') break;
        } else if (!is_letter(byte) && !is_digit(byte) && (byte == 0 || !strchr("!#$%&'*+-/=?^_`{|}~", byte))) {
            return 0;
        }
    }
    for (place++; place <= count; place++) {
        if (place == count || text[place] == '.') {
            if (place == start || text[start] == '-' || text[place - 1] == '-') return 0;
            labels++;
            if (place == count) return labels > 1 && !is_number;
            start = place + 1;
            is_number = 1;
        } else {
            if (!is_letter(text[place]) && !is_digit(text[place]) && text[place] != '-') return 0;
            if (!is_digit(text[place])) is_number = 0;
        }
    }
    return 0;
}

static void email(uint64_t count) {
    static const char *const parts[] = {"a", "B", "9", ".", "-", "@", "example", "com", "_", "+", " ", "\xC3\xA9", "<", "x.y", "@a.b", "!"};
    uint8_t *texts = fence();
    uint64_t plain = 0;
    for (uint64_t round = 0; round < count; round++) {
        uint8_t address[160];
        size_t length = 0, limit = below(70);
        if (below(3)) {
            for (size_t part = below(6); part <= 8 && length < limit; part++) {
                const char *piece = parts[below(sizeof parts / sizeof *parts)];
                memcpy(address + length, piece, strlen(piece));
                length += strlen(piece);
            }
        } else {
            for (; length < limit; length++) address[length] = (uint8_t)("aZ5.-"[below(below(4) ? 3 : 5)]);
        }
        if (below(3)) length += (size_t)sprintf((char *)address + length, "@mail%.*s.example", (int)below(30), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        if (below(4) == 0 && length > 0) address[below(length)] = (uint8_t)next();
        // Whatever stands behind it may be read as far as is said, and makes no difference.
        size_t readable = length + (below(2) ? 0 : below(80));
        uint8_t *text = place_in(texts, readable);
        fill(text, readable);
        memcpy(text, address, length);
        int found = waybill_text_is_plain_email(text, length, readable);
        check(found == is_plain_email(text, length), "e-mail", text, length);
        plain += (uint64_t)found;
        add((uint64_t)found);
        cases++;
    }
    if (plain < count / 20 || plain > count / 20 * 19) check(0, "e-mail: too few or too many are plain", NULL, 0);
    say("e-mail");
}

// MARK: Sums

static void crc(uint64_t count) {
    uint8_t *texts = fence();
    for (uint64_t round = 0; round < count; round++) {
        size_t length = round % 64 == 0 ? below(3 * 3072 + 50) : round % 301;
        uint8_t *text = place_in(texts, length);
        for (size_t place = 0; place < length; place++) text[place] = (uint8_t)next();
        uint32_t before = below(2) ? 0 : (uint32_t)next(), known = ~before;
        for (size_t place = 0; place < length; place++) {
            known ^= text[place];
            for (int bit = 0; bit < 8; bit++) known = known >> 1 ^ (known & 1 ? 0x82F63B78u : 0);
        }
        uint32_t found = waybill_crc32c(before, text, length);
        check(found == ~known, "CRC-32C", text, length);
        check(waybill_crc32c_portable(before, text, length) == ~known, "CRC-32C without the instruction", text, length);
        add(found);
        cases++;
    }
    say("CRC-32C");
}

static void sha256(uint64_t count) {
    // FIPS 180-4, appendix B.1, of "abc": the portable way is what the others are compared with.
    uint8_t abc[64] = "abc\x80";
    abc[63] = 24;
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    static const uint32_t of_abc[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
    uint32_t state[8];
    memcpy(state, first, sizeof state);
    waybill_sha256_blocks(state, abc, 1, WAYBILL_SHA256_PORTABLE);
    check(memcmp(state, of_abc, sizeof state) == 0, "SHA-256 of abc", abc, sizeof abc);

    uint8_t *texts = fence();
    for (uint64_t round = 0; round < count; round++) {
        size_t blocks = below(9);
        uint8_t *text = place_in(texts, blocks * 64);
        for (size_t place = 0; place < blocks * 64; place++) text[place] = (uint8_t)next();
        uint32_t before[8], known[8];
        for (int word = 0; word < 8; word++) before[word] = (uint32_t)next();
        memcpy(known, before, sizeof known);
        waybill_sha256_blocks(known, text, blocks, WAYBILL_SHA256_PORTABLE);
        for (int way = WAYBILL_SHA256_AVX2; way <= WAYBILL_SHA256_ARM_SHA; way++) {
            if (!waybill_sha256_can_run(way)) continue;
            memcpy(state, before, sizeof state);
            waybill_sha256_blocks(state, text, blocks, way);
            check(memcmp(state, known, sizeof state) == 0, "SHA-256", text, blocks * 64);
        }
        for (int word = 0; word < 8; word++) add(known[word]);
        cases++;
    }
    say("SHA-256");
}

int main(int count, char **words) {
    if (count != 3) return 2;
    chance = waybill_mark(0, strtoull(words[1], NULL, 10));
    uint64_t rounds = strtoull(words[2], NULL, 10);
    fprintf(stderr, "text kernels: %s; SHA-256: way %d\n", waybill_text_can_run() ? "yes" : "no", waybill_sha256_fastest_way());
    if (!waybill_text_can_run()) return 3;
    survey(rounds);
    marks(rounds);
    fields(rounds);
    wanted(rounds);
    untrimmed(rounds);
    lay_out(rounds);
    members(rounds);
    email(rounds);
    crc(rounds / 16);
    sha256(rounds / 16);
    return 0;
}
