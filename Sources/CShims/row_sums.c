#include "CShims.h"

#include <endian.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#if defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

// CRC-32C (Castagnoli, reversed polynomial 0x82F63B78, RFC 3720 appendix B.4) with the processor's instruction if it
// has one, else with eight tables at once.

static uint32_t tables[8][256];
// By each byte of a CRC, what it becomes behind `LANE` zero bytes.
enum { LANE = 1024 };
static uint32_t shifts[4][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int has_instruction;

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t count);

static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        tables[0][byte] = crc;
    }
    for (int table = 1; table < 8; table++)
        for (int byte = 0; byte < 256; byte++)
            tables[table][byte] = tables[table - 1][byte] >> 8 ^ tables[0][tables[table - 1][byte] & 255];
    static const uint8_t zeros[LANE];
    for (int bit = 0; bit < 32; bit++) {
        uint32_t shifted = portable(1u << bit, zeros, LANE);
        for (uint32_t byte = 0; byte < 256; byte++)
            if (byte >> bit % 8 & 1) shifts[bit / 8][byte] ^= shifted;
    }
#if defined(__x86_64__)
    has_instruction = __builtin_cpu_supports("sse4.2") != 0;
#elif defined(__aarch64__)
    has_instruction = (getauxval(AT_HWCAP) & (1ul << 7 /* HWCAP_CRC32 */)) != 0;
#endif
}

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
              tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 255];
    return crc;
}

#if defined(__x86_64__)
#define WITH_CRC __attribute__((target("sse4.2")))
#define CRC_OF_WORD(crc, word) (uint32_t)__builtin_ia32_crc32di(crc, word)
#define CRC_OF_BYTE(crc, byte) __builtin_ia32_crc32qi(crc, byte)
#elif defined(__aarch64__)
#define WITH_CRC __attribute__((target("crc")))
#define CRC_OF_WORD(crc, word) __crc32cd(crc, word)
#define CRC_OF_BYTE(crc, byte) __crc32cb(crc, byte)
#endif

#if defined(WITH_CRC)
// What a CRC becomes behind a lane of zero bytes: CRCs of two texts, shifted by the second's length, add up.
static uint32_t behind_lane(uint32_t crc) {
    return shifts[0][crc & 255] ^ shifts[1][crc >> 8 & 255] ^ shifts[2][crc >> 16 & 255] ^ shifts[3][crc >> 24];
}

WITH_CRC static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t words[3];
    // Each instruction waits for the one before, and the processor can have three under way.
    for (; count >= 3 * LANE; bytes += 3 * LANE, count -= 3 * LANE) {
        uint32_t second = 0, third = 0;
        for (size_t place = 0; place < LANE; place += 8) {
            memcpy(words, bytes + place, 8);
            memcpy(words + 1, bytes + LANE + place, 8);
            memcpy(words + 2, bytes + 2 * LANE + place, 8);
            crc = CRC_OF_WORD(crc, words[0]);
            second = CRC_OF_WORD(second, words[1]);
            third = CRC_OF_WORD(third, words[2]);
        }
        crc = behind_lane(behind_lane(crc) ^ second) ^ third;
    }
    for (; count >= 8; bytes += 8, count -= 8) {
        memcpy(words, bytes, 8);
        crc = CRC_OF_WORD(crc, words[0]);
    }
    for (; count > 0; bytes++, count--) crc = CRC_OF_BYTE(crc, *bytes);
    return crc;
}
#else
static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) { return portable(crc, bytes, count); }
#endif

uint32_t waybill_crc32c(uint32_t before, const uint8_t *bytes, size_t count) {
    pthread_once(&once, prepare);
    return ~(has_instruction ? by_instruction(~before, bytes, count) : portable(~before, bytes, count));
}

uint32_t waybill_crc32c_portable(uint32_t before, const uint8_t *bytes, size_t count) {
    pthread_once(&once, prepare);
    return ~portable(~before, bytes, count);
}

// Includes each value's kind, and the length of texts and blobs, so different rows never have the same bytes.
static uint32_t sum_of(int count, sqlite3_value **values) {
    uint32_t crc = 0;
    for (int index = 0; index < count; index++) {
        uint8_t head[9] = {0};
        int type = sqlite3_value_type(values[index]);
        int64_t number = 0;
        const void *bytes = NULL;
        head[0] = (uint8_t)type;
        if (type == SQLITE_INTEGER) {
            number = sqlite3_value_int64(values[index]);
        } else if (type == SQLITE_FLOAT) {
            double real = sqlite3_value_double(values[index]);
            memcpy(&number, &real, sizeof number);
        } else if (type != SQLITE_NULL) {
            bytes = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(values[index]) : sqlite3_value_blob(values[index]);
            number = sqlite3_value_bytes(values[index]);
        }
        for (int byte = 0; byte < 8; byte++) head[1 + byte] = (uint8_t)((uint64_t)number >> 8 * byte);
        crc = waybill_crc32c(crc, head, sizeof head);
        if (bytes && number > 0) crc = waybill_crc32c(crc, bytes, (size_t)number);
    }
    return crc;
}

static void row_sum(sqlite3_context *context, int count, sqlite3_value **values) {
    sqlite3_result_int64(context, sum_of(count, values));
}

static void resum(sqlite3_context *context, int count, sqlite3_value **values) {
    if (count % 2 == 0) return sqlite3_result_error(context, "resum takes a sum, and as many values before as after", -1);
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
    int half = count / 2;
    uint32_t sum = (uint32_t)sqlite3_value_int64(values[0]);
    sqlite3_result_int64(context, sum ^ sum_of(half, values + 1) ^ sum_of(half, values + 1 + half));
}

uint64_t waybill_mark(uint64_t before, uint64_t value) {
    // The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    uint64_t mark = (before ^ value) + 0x9E3779B97F4A7C15u;
    mark = (mark ^ mark >> 30) * 0xBF58476D1CE4E5B9u;
    mark = (mark ^ mark >> 27) * 0x94D049BB133111EBu;
    return mark ^ mark >> 31;
}

static void row_mark(sqlite3_context *context, int count, sqlite3_value **values) {
    uint64_t mark = 0;
    for (int index = 0; index < count; index++) {
        int type = sqlite3_value_type(values[index]);
        uint64_t value = type == SQLITE_TEXT || type == SQLITE_BLOB ? sum_of(1, values + index)
                                                                    : (uint64_t)sqlite3_value_int64(values[index]);
        mark = waybill_mark(mark, value);
    }
    sqlite3_result_int64(context, (int64_t)mark);
}

// Whether one of a blob's entries of eight bytes begins with a word (little-endian). Bytes that are no entries may hide it.
static void has_entry(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    const uint8_t *bytes = sqlite3_value_blob(values[0]);
    size_t left = (size_t)sqlite3_value_bytes(values[0]);
    uint32_t word = (uint32_t)sqlite3_value_int64(values[1]);
    uint32_t found = left % 8 != 0;
    while (left >= 8 && !found) {
        // No branch within a run, so that the compiler compares several at once.
        size_t run = left < 512 ? left : 512;
        for (size_t place = 0; place + 8 <= run; place += 8) {
            uint32_t first;
            memcpy(&first, bytes + place, 4);
            found |= le32toh(first) == word;
        }
        bytes += run;
        left -= run;
    }
    sqlite3_result_int(context, found != 0);
}

int waybill_add_row_sums(void *connection) {
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int code = sqlite3_create_function_v2(connection, "row_sum", -1, flags, NULL, row_sum, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_create_function_v2(connection, "resum", -1, flags, NULL, resum, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_create_function_v2(connection, "row_mark", -1, flags, NULL, row_mark, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_create_function_v2(connection, "has_entry", 2, flags, NULL, has_entry, NULL, NULL, NULL);
    return code;
}
