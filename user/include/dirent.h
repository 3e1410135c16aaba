/* dirent.h - reading directories. */
#pragma once
#include <sys/types.h>
#include <uapi/dirent.h>

typedef struct dir DIR;

DIR *opendir(const char *path);
struct dirent *readdir(DIR *dir);            /* NULL at the end; valid until the next call */
int closedir(DIR *dir);
