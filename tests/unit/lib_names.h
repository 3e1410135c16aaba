/* lib_names.h - other names for the functions of lib/string.c, to have them beside those of the C library. */
#pragma once

#define memcpy  lib_memcpy
#define memmove lib_memmove
#define memset  lib_memset
#define memcmp  lib_memcmp
#define strlen  lib_strlen
#define strnlen lib_strnlen
#define strcmp  lib_strcmp
#define strncmp lib_strncmp
#define strchr  lib_strchr
#undef strlcpy
#define strlcpy lib_strlcpy
