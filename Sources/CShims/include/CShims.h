#ifndef WAYBILL_CSHIMS_H
#define WAYBILL_CSHIMS_H
#endif
