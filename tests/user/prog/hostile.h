/* hostile.h - attacks on the kernel: what each is, and what has to come of it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct siginfo;

enum { LIVES = 0 };

struct attack {
    const char *name;
    void (*run)(void);   /* in a process of its own; if it returns, the program lives */
    int signal;          /* that ends it; or LIVES */
    const char *message; /* of the kernel: "*" is the address that the attack named; NULL: it says nothing */
};

#define NO_PAGE    "but nothing is mapped there"
#define FORBIDDEN  "but it is not mapped for that"
#define OF_KERNEL  "but it is the kernel's"

extern uintptr_t kernel_text, kernel_data;             /* addresses there */

void touches(const volatile void *where);              /* before the access: where the fault will be */
void must(bool good);                                  /* or the attack has succeeded */
void return_from_nothing(void);                        /* sigreturn() from a frame of zeros */
void on_signal(int sig, void (*handler)(int, struct siginfo *, void *));

extern const struct attack attacks[], programs[], bombs[];
extern const size_t attack_count, program_count, bomb_count;

/* --- By the machine: hostile_x86.c, hostile_arm64.c, hostile_riscv.c --- */

extern const struct attack port_attacks[];
extern const size_t port_attack_count;
extern const unsigned char code_return[4];             /* an instruction that returns, aligned */
extern const uintptr_t odd_addresses[3];               /* no program's: of devices, or no address at all */

void push_at(uintptr_t sp);                            /* writes to the stack there */
long call_at(uintptr_t sp, long number, long a, long b); /* a system call with that stack pointer */
void sigreturn_at(uintptr_t sp);
void fill_registers(void);                             /* those of floating point, with ones */
bool registers_are_filled(void);
long all_registers_kept(void);                         /* over a system call; 0 if they are not */
void entry_of_clean(void);                             /* as a program's entry: exits with 0 if all are 0 */
