/* uapi/elf.h - programs as files: ELF (System V ABI, chapters 4 and 5), of this machine's own class. */
#pragma once
#include <stdint.h>

#define EI_NIDENT 16
#define ELF_MAGIC "\177ELF"

#define EI_CLASS   4                         /* indexes of ident */
#define EI_DATA    5
#define EI_VERSION 6

#define ELFCLASS32  1
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define EV_CURRENT  1
#define ET_EXEC     2
#define EM_386      3
#define EM_AARCH64  183
#define EM_RISCV    243

#define PT_LOAD      1
#define PT_DYNAMIC   2
#define PT_INTERP    3
#define PT_TLS       7
#define PT_GNU_STACK 0x6474e551

#define SHT_SYMTAB    2
#define SHN_LORESERVE 0xff00
#define STT_NOTYPE    0
#define STT_FUNC      2
#define STB_GLOBAL    1
#define ELF_SYM_TYPE  0xf /* of info */
#define ELF_SYM_BIND_SHIFT 4

#define PF_X 1
#define PF_W 2
#define PF_R 4

/* Addresses and offsets are words, so one structure fits both classes. */
struct elf_ehdr {
    unsigned char ident[EI_NIDENT];
    uint16_t type, machine;
    uint32_t version;
    unsigned long entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_shdr {
    uint32_t name, type;
    unsigned long flags, addr, offset, size;
    uint32_t link, info;
    unsigned long addralign, entsize;
};

/* Here the classes differ in the order: a 64-bit word shall be aligned. */
#if __SIZEOF_POINTER__ == 4
struct elf_sym {
    uint32_t name;
    unsigned long value, size;
    uint8_t info, other;
    uint16_t shndx;
};

struct elf_phdr {
    uint32_t type;
    unsigned long offset, vaddr, paddr, filesz, memsz;
    uint32_t flags;
    unsigned long align;
};
#else
struct elf_sym {
    uint32_t name;
    uint8_t info, other;
    uint16_t shndx;
    unsigned long value, size;
};

struct elf_phdr {
    uint32_t type, flags;
    unsigned long offset, vaddr, paddr, filesz, memsz, align;
};
#endif
