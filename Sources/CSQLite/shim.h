#ifndef WAYBILL_CSQLITE_SHIM_H
#define WAYBILL_CSQLITE_SHIM_H
#include <sqlite3.h>

// SQLITE_TRANSIENT and SQLITE_STATIC are casts of integers to a function pointer, which Swift cannot import.
static inline sqlite3_destructor_type waybill_sqlite_transient(void) { return SQLITE_TRANSIENT; }
static inline sqlite3_destructor_type waybill_sqlite_static(void) { return SQLITE_STATIC; }

// Takes a variable number of arguments, which Swift cannot call.
static inline int waybill_sqlite_keep_plans(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_QPSG, 1, (int *)0);
}
#endif
