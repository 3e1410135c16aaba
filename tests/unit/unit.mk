# unit.mk - host tests: units under cmocka, parsers under libFuzzer; the Makefile includes it.
#
#   make unit               all unit tests; unit-NAME: one. The TAP output stays in build/host/NAME.tap
#   make fuzz               all fuzz targets, FUZZ_SECONDS each, from the saved corpus; fuzz-NAME: one
#   UNIT_SEED=n             repeats the random parts of a run (a test prints its seed)
#
# A unit test is one line at the end of this file: $(eval $(call unit_test,NAME,SOURCES,FLAGS,LIBRARIES)). Its
# program is tests/unit/test_NAME.c with these sources, in objects of its own, so that two tests may build
# the same source with different flags. A fuzz target is $(eval $(call fuzz_test,NAME,SOURCES,LIBRARIES,
# OPTIONS,MORE CORPORA)), of tests/fuzz/fuzz_NAME.c; what it finds goes to build/, no corpus is changed.

HOSTCC       ?= gcc
HOSTCLANG    ?= clang
HOSTCPPFLAGS ?=
HOSTLDFLAGS  ?=
DTC          ?= dtc
FUZZ_SECONDS ?= 10

UNIT_OUT    := build/host
UNIT_TESTS  :=
FUZZ_TESTS  :=

UNIT_CFLAGS := -std=gnu11 -g -O1 -fno-omit-frame-pointer \
               -fsanitize=address,undefined -fno-sanitize-recover=all \
               -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
               -Iinclude -Itests/unit -Dstrlcpy=lib_strlcpy -MMD -MP $(HOSTCPPFLAGS)
FUZZ_CFLAGS := $(UNIT_CFLAGS) -fsanitize=fuzzer

# lib/string.c beside the C library: with other names, or the sanitizers would lose their own versions.
UNIT_RENAME := -ffreestanding -include tests/unit/lib_names.h

# A crash is the sanitizer's to report: cmocka would only say that there was one.
UNIT_ASAN := handle_segv=2:handle_sigbus=2:handle_sigill=2:handle_sigfpe=2

.PHONY: unit fuzz

# Other compilers or flags than last time: build anew.
$(UNIT_OUT)/flags: UNIT_FLAGS_NOW = $(HOSTCC) $(HOSTCLANG) $(UNIT_CFLAGS) $(HOSTLDFLAGS)
$(UNIT_OUT)/flags: UNIT_ALWAYS
	@mkdir -p $(@D)
	@echo '$(UNIT_FLAGS_NOW)' | cmp -s - $@ || echo '$(UNIT_FLAGS_NOW)' >$@
.PHONY: UNIT_ALWAYS

define unit_test
UNIT_TESTS += $(1)
$(1)_unit_objs := $$(patsubst %.c,$(UNIT_OUT)/unit/$(1)/%.o,tests/unit/test_$(1).c $(2) lib/string.c)

$(UNIT_OUT)/unit/$(1)/%.o: %.c tests/unit/unit.mk $(UNIT_OUT)/flags
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$<)
	$$(Q)$$(HOSTCC) $$(UNIT_CFLAGS) $(3) $$(if $$(filter lib/string.c,$$<),$$(UNIT_RENAME)) -c $$< -o $$@

$(UNIT_OUT)/unit/test_$(1): $$($(1)_unit_objs)
	$$(Q)$$(HOSTCC) $$(UNIT_CFLAGS) $$(HOSTLDFLAGS) $$^ -lcmocka $(4) -o $$@

unit-$(1): $(UNIT_OUT)/unit/test_$(1)
	@CMOCKA_MESSAGE_OUTPUT=TAP ASAN_OPTIONS=$(UNIT_ASAN) $$< >$(UNIT_OUT)/$(1).tap 2>&1; status=$$$$?; \
	awk -v name=$(1) -v status=$$$$status -f tests/unit/verdict.awk $(UNIT_OUT)/$(1).tap \
	|| { cat $(UNIT_OUT)/$(1).tap; false; }
.PHONY: unit-$(1)
unit: unit-$(1)

-include $$($(1)_unit_objs:.o=.d)
endef

define fuzz_test
FUZZ_TESTS += $(1)
$(1)_fuzz_objs := $$(patsubst %.c,$(UNIT_OUT)/fuzz/$(1)/%.o,tests/fuzz/fuzz_$(1).c $(2))

$(UNIT_OUT)/fuzz/$(1)/%.o: %.c tests/unit/unit.mk $(UNIT_OUT)/flags
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$<)
	$$(Q)$$(HOSTCLANG) $$(FUZZ_CFLAGS) $$(if $$(filter lib/string.c,$$<),$$(UNIT_RENAME)) -c $$< -o $$@

$(UNIT_OUT)/fuzz/fuzz_$(1): $$($(1)_fuzz_objs)
	$$(Q)$$(HOSTCLANG) $$(FUZZ_CFLAGS) $$(HOSTLDFLAGS) $$^ $(3) -o $$@

fuzz-$(1): $(UNIT_OUT)/fuzz/fuzz_$(1)
	@mkdir -p $(UNIT_OUT)/fuzz/corpus-$(1)
	@$$< -max_total_time=$$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$(UNIT_OUT)/fuzz/$(1)- $(4) $(UNIT_OUT)/fuzz/corpus-$(1) tests/fuzz/corpus/$(1) $(5) \
	    >$(UNIT_OUT)/fuzz/$(1).log 2>&1 || { tail -n 60 $(UNIT_OUT)/fuzz/$(1).log; false; }
	@awk -v name=$(1) '/^stat::number_of_executed_units/ { runs = $$$$2 } / cov: / { cov = $$$$0 } \
	    END { sub(/.* cov: /, "", cov); sub(/ .*/, "", cov); \
	          printf "fuzz %s: %d inputs, %d edges, no fault\n", name, runs, cov; exit runs == 0 }' \
	    $(UNIT_OUT)/fuzz/$(1).log
.PHONY: fuzz-$(1)
fuzz: fuzz-$(1)

-include $$($(1)_fuzz_objs:.o=.d)
endef

# Device trees for the tests of lib/fdt*.c.
UNIT_DTBS := $(patsubst %,$(UNIT_OUT)/dtb/%.dtb,virt rpi4 odd empty)
$(UNIT_OUT)/dtb/%.dtb: tests/unit/dts/%.dts
	@mkdir -p $(@D)
	$(Q)$(DTC) -q -I dts -O dtb -o $@ $<
unit-fdt unit-fdt_open unit-fdt_query unit-fdt_boot fuzz-fdt: $(UNIT_DTBS)

FDT_SOURCES := lib/fdt.c lib/fdt_query.c lib/fdt_boot.c

$(eval $(call unit_test,util))
$(eval $(call unit_test,string))
$(eval $(call unit_test,list))
$(eval $(call unit_test,cmdline,lib/cmdline.c))
$(eval $(call unit_test,fmt,lib/fmt.c tests/unit/fmt_oracle.c))
$(eval $(call unit_test,fdt,$(FDT_SOURCES) tests/unit/fdt_oracle.c,,-lfdt))
$(eval $(call unit_test,fdt_open,$(FDT_SOURCES) tests/unit/fdt_oracle.c,,-lfdt))
$(eval $(call unit_test,fdt_query,$(FDT_SOURCES)))
$(eval $(call unit_test,fdt_boot,$(FDT_SOURCES)))

$(eval $(call fuzz_test,fmt,lib/fmt.c tests/unit/fmt_oracle.c,,-max_len=64))
$(eval $(call fuzz_test,fdt,$(FDT_SOURCES) tests/unit/fdt_oracle.c,-lfdt,-max_len=4096,$(UNIT_OUT)/dtb))
$(eval $(call fuzz_test,cmdline,lib/cmdline.c,,-max_len=128))

$(eval $(call unit_test,rbtree,lib/rbtree.c tests/unit/rb_model.c))
$(eval $(call fuzz_test,rbtree,lib/rbtree.c tests/unit/rb_model.c,,-max_len=1024))
$(eval $(call unit_test,ratio,lib/ratio.c))
$(eval $(call unit_test,range,lib/range.c))
$(eval $(call unit_test,bitmap,lib/bitmap.c))
$(eval $(call unit_test,pid,kernel/pid.c lib/bitmap.c))
$(eval $(call fuzz_test,pid,kernel/pid.c lib/bitmap.c,,-max_len=64))

$(eval $(call unit_test,pte_x86,tests/unit/pte_check.c arch/x86/pte.c,-Iarch/x86/include))
UNIT_SIGNAL := $(addprefix arch/x86/,signal.c user.c frame.c)
$(eval $(call unit_test,signal_x86,$(UNIT_SIGNAL),-Iarch/x86/include))
UNIT_TABLES := $(addprefix arch/x86/,tables.c acpi.c mptable.c) tests/unit/firmware.c
$(eval $(call unit_test,tables_x86,$(UNIT_TABLES),-Iarch/x86/include))
$(eval $(call unit_test,pte_arm64,tests/unit/pte_check.c arch/arm64/pte.c,-Iarch/arm64/include))
$(eval $(call unit_test,pte_riscv,tests/unit/pte_check.c arch/riscv/pte.c,-Iarch/riscv/include))
$(eval $(call unit_test,signal_arm64,arch/arm64/signal.c,-Iarch/arm64/include))

# Sources of the kernel, on a machine of our own: the host port.
UNIT_HAL   := tests/unit/host/host.c tests/unit/host/image.c
UNIT_HOST  := $(UNIT_HAL) tests/unit/host/alone.c
# Entries of page tables are a port's, any one's where nothing else is said.
UNIT_FLAGS := -fPIC -Itests/unit/host -Itests/unit/host/include -include arch/cpu.h \
              -idirafter arch/riscv/include
UNIT_PLAIN := $(UNIT_FLAGS) -DCONFIG_DEBUG=0
UNIT_DEBUG := $(UNIT_FLAGS) -DCONFIG_DEBUG=1
UNIT_VM    := $(addprefix tests/unit/vm_,check.c kmap_check.c user_check.c edge_check.c model.c user_model.c \
                pages.c) \
              $(addprefix kernel/,page_user.c vm.c vm_walk.c vm_flush.c vm_user.c vm_kernel.c vm_print.c \
                spinlock.c) lib/range.c $(UNIT_HOST)
UNIT_BUDDY := kernel/buddy.c lib/bitmap.c tests/unit/buddy_model.c
UNIT_TIME  := kernel/timeout.c kernel/spinlock.c lib/rbtree.c $(UNIT_HOST)
$(eval $(call unit_test,sched_rr,kernel/sched_rr.c $(UNIT_HOST),$(UNIT_PLAIN)))
UNIT_LOCK  := kernel/spinlock.c tests/unit/host/thread.c $(UNIT_HOST)
$(eval $(call unit_test,spinlock,$(UNIT_LOCK),$(UNIT_DEBUG),-lpthread))
$(eval $(call unit_test,smp,kernel/smp.c tests/unit/host/thread.c $(UNIT_HAL),$(UNIT_PLAIN),-lpthread))
UNIT_MACHINE := $(addprefix kernel/,sched.c sched_cpu.c sched_place.c sched_rr.c sched_fair.c clock.c \
                  timeout.c spinlock.c) lib/ratio.c lib/rbtree.c tests/unit/machine.c $(UNIT_HAL)
# There is a sched_yield() in the C library too, which the sanitizers need.
$(eval $(call unit_test,sched_place,$(UNIT_MACHINE),$(UNIT_DEBUG) -Dsched_yield=kernel_sched_yield))
$(eval $(call unit_test,sched_fair,kernel/sched_fair.c lib/rbtree.c lib/ratio.c $(UNIT_HOST),$(UNIT_PLAIN)))
$(eval $(call unit_test,timeout,$(UNIT_TIME),$(UNIT_DEBUG)))
$(eval $(call unit_test,timeout_cpus,$(UNIT_TIME) tests/unit/host/thread.c,$(UNIT_DEBUG),-lpthread))
$(eval $(call unit_test,timeout_race,$(UNIT_TIME) tests/unit/host/thread.c,$(UNIT_DEBUG),-lpthread))
$(eval $(call unit_test,buddy,$(UNIT_BUDDY) $(UNIT_HOST),$(UNIT_PLAIN)))
$(eval $(call unit_test,buddy_debug,$(UNIT_BUDDY) $(UNIT_HOST),$(UNIT_DEBUG)))
$(eval $(call fuzz_test,buddy,$(UNIT_BUDDY),,-max_len=256))
$(UNIT_OUT)/fuzz/fuzz_buddy: FUZZ_CFLAGS += -DCONFIG_DEBUG=1
$(eval $(call unit_test,vm_x86,arch/x86/pte.c $(UNIT_VM),$(UNIT_PLAIN) -Iarch/x86/include))
$(eval $(call unit_test,vm_arm64,arch/arm64/pte.c $(UNIT_VM),$(UNIT_PLAIN) -Iarch/arm64/include))
$(eval $(call unit_test,vm_riscv,arch/riscv/pte.c $(UNIT_VM),$(UNIT_PLAIN) -Iarch/riscv/include))
UNIT_ASPACE := $(addprefix tests/unit/,aspace_check.c aspace_edge_check.c aspace_copy_check.c aspace_host.c \
                 vm_model.c vm_pages.c) \
               $(addprefix kernel/,area.c aspace.c aspace_map.c aspace_remap.c aspace_fault.c uaccess.c \
                 asid.c page_user.c vm.c vm_walk.c vm_flush.c vm_user.c vm_kernel.c vm_print.c spinlock.c) \
               lib/range.c lib/rbtree.c $(UNIT_HOST)
$(eval $(call unit_test,aspace_x86,arch/x86/pte.c $(UNIT_ASPACE),$(UNIT_DEBUG) -Iarch/x86/include))
$(eval $(call unit_test,aspace_arm64,arch/arm64/pte.c $(UNIT_ASPACE),$(UNIT_DEBUG) -Iarch/arm64/include))
$(eval $(call unit_test,aspace_riscv,arch/riscv/pte.c $(UNIT_ASPACE),$(UNIT_DEBUG) -Iarch/riscv/include))
$(eval $(call unit_test,asid,kernel/asid.c kernel/spinlock.c $(UNIT_HOST),$(UNIT_PLAIN)))
$(eval $(call unit_test,ksyms,kernel/ksyms.c lib/fmt.c $(UNIT_OUT)/ksyms.o $(UNIT_HOST),$(UNIT_PLAIN)))
$(eval $(call unit_test,ksyms_empty,kernel/ksyms.c lib/fmt.c $(UNIT_HOST),$(UNIT_PLAIN)))

$(UNIT_OUT)/ksyms.o: tests/unit/ksyms.nm tools/ksyms $(UNIT_OUT)/flags
	$(or $(PYTHON),python3) tools/ksyms <$< >$(@:.o=.S)
	$(HOSTCC) -c $(@:.o=.S) -o $@

UNIT_MEMORY := $(addprefix kernel/,page.c page_debug.c memmap.c memory.c buddy.c slab.c slab_cache.c \
                 slab_debug.c magazine.c kmalloc.c spinlock.c) lib/bitmap.c lib/range.c lib/fmt.c \
               $(addprefix tests/unit/,memory_host.c memory_model.c slab_state.c) $(UNIT_HOST)
UNIT_PAGE   := $(addprefix tests/unit/,memmap_check.c memmap_far_check.c page_check.c page_misuse.c) \
               $(UNIT_MEMORY)
$(eval $(call unit_test,page,$(UNIT_PAGE),$(UNIT_PLAIN)))
$(eval $(call unit_test,page_debug,$(UNIT_PAGE),$(UNIT_DEBUG)))
UNIT_SLAB   := $(addprefix tests/unit/,slab_check.c slab_edge_check.c slab_misuse.c slab_users_check.c \
                 slab_callers.c) \
               $(UNIT_MEMORY)
UNIT_KMALLOC := tests/unit/kmalloc_check.c $(UNIT_MEMORY)
$(eval $(call unit_test,slab,$(UNIT_SLAB),$(UNIT_PLAIN)))
$(eval $(call unit_test,slab_debug,$(UNIT_SLAB),$(UNIT_DEBUG)))
$(eval $(call unit_test,kmalloc,$(UNIT_KMALLOC),$(UNIT_PLAIN)))
$(eval $(call unit_test,kmalloc_debug,$(UNIT_KMALLOC),$(UNIT_DEBUG)))
UNIT_ALL    := $(addprefix tests/unit/,memory_failure_check.c memory_thread_check.c host/thread.c) \
               $(UNIT_MEMORY)
$(eval $(call unit_test,memory,$(UNIT_ALL),$(UNIT_PLAIN),-lpthread))
$(eval $(call unit_test,memory_debug,$(UNIT_ALL),$(UNIT_DEBUG),-lpthread))
UNIT_TRACE  := kernel/trace.c lib/cmdline.c tests/unit/host/thread.c $(UNIT_HOST)
$(eval $(call unit_test,trace,$(UNIT_TRACE),$(UNIT_PLAIN),-lpthread))
$(eval $(call unit_test,failalloc,kernel/failalloc.c lib/cmdline.c $(UNIT_HOST),$(UNIT_PLAIN)))
$(eval $(call fuzz_test,memory,$(UNIT_MEMORY) lib/string.c,-lcmocka,-max_len=512 -len_control=0))
$(UNIT_OUT)/fuzz/fuzz_memory: FUZZ_CFLAGS += $(UNIT_DEBUG)

$(eval $(call unit_test,cpio,lib/cpio.c))
$(eval $(call fuzz_test,cpio,lib/cpio.c lib/string.c,,-max_len=1024))
$(eval $(call unit_test,elf,lib/elf.c))
$(eval $(call fuzz_test,elf,lib/elf.c lib/string.c,,-max_len=1024))
$(eval $(call unit_test,ldisc,kernel/ldisc.c))
UNIT_FILES  := tests/unit/files_host.c $(addprefix kernel/,uio.c inode.c ramfs.c ramfs_data.c fs.c path.c \
                 path_change.c file.c files.c) $(UNIT_MEMORY)
$(eval $(call unit_test,files,tests/unit/files_model.c $(UNIT_FILES),$(UNIT_PLAIN)))
$(eval $(call unit_test,path,$(UNIT_FILES),$(UNIT_PLAIN)))
$(eval $(call unit_test,cap,tests/unit/cap_edge_check.c kernel/cap.c $(UNIT_MEMORY),$(UNIT_DEBUG)))
