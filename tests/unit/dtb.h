/* dtb.h - device trees for the tests: those that unit.mk compiles from dts/. */
#pragma once
#include <stdio.h>
#include <string.h>

#include "unit.h"

#include <lib/fdt.h>

/* In a block of just its size. The test frees it. */
static inline void *dtb_load(const char *name, size_t *size)
{
    char path[128];

    snprintf(path, sizeof(path), "build/host/dtb/%s.dtb", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("no %s: run the test by make, from the root", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    void *blob = malloc(*size);
    assert_int_equal(fread(blob, 1, *size, file), *size);
    fclose(file);
    return blob;
}

/* Opened, once for all tests of a program. */
static inline const struct dt *dtb_open(const char *name)
{
    static struct {
        const char *name;
        struct dt dt;
    } open[8];
    size_t i = 0;
    size_t size;

    while (open[i].name != NULL && strcmp(open[i].name, name) != 0)
        i++;
    assert_true(i < ARRAY_SIZE(open) - 1);
    if (open[i].name == NULL) {
        void *blob = dtb_load(name, &size);
        open[i].name = name;
        assert_int_equal(dt_open(&open[i].dt, blob, size), size);
    }
    return &open[i].dt;
}
