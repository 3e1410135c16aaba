/* uapi/ldt.h - a descriptor for set_thread_area and CLONE_SETTLS; i386 only. */
#pragma once

struct user_desc {
    unsigned int entry_number;               /* ~0: one is chosen and noted here; selector 8 * entry + 3 */
    unsigned int base_addr;
    unsigned int limit;
    unsigned int seg_32bit : 1;
    unsigned int contents : 2;
    unsigned int read_exec_only : 1;
    unsigned int limit_in_pages : 1;
    unsigned int seg_not_present : 1;
    unsigned int useable : 1;
};
