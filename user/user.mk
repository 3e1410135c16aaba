# user.mk - programs that run outside of the kernel, their C library, and the initial RAM disk.
#
#   make ARCH=x86 user      build/<port>/user/bin/* and test/*, with symbols; build/<port>/initrd.cpio
#
# A program is a word in USER_BINS or USER_TESTS and the file user/bin/NAME.c or tests/user/prog/NAME.c; sh
# and sysbench are made of several files. The same files run on Linux, by themselves or under qemu-user.

USER_OUT := $(OUT)/user
USER_OBJ := $(USER_OUT)/obj

USER_BINS  := init cat cp echo env false forktest free grep head hexdump jikei kill ls mkdir monitor \
              mv poweroff ps rm sleep stress touch true uname wc yes
USER_TESTS := t_fork t_exec t_mem t_file t_pipe t_signal t_time t_thread t_group t_fp \
              t_badptr t_job t_ipc t_cap
USER_STRESS := sysfuzz torture
HOSTILE_OBJS := hostile.o hostile_memory.o hostile_exec.o hostile_bombs.o hostile_$(ARCH).o
SH_OBJS    := main.o input.o edit.o lex.o parse.o expand.o vars.o run.o redirect.o jobs.o terminal.o builtin.o
SYSBENCH_OBJS := main.o calls.o memory.o processes.o
LIBC_OBJS  := start.o syscall.o process.o exec.o file.o path.o memory.o system.o signal.o malloc.o stdio.o \
              text.o string.o strerror.o ctype.o number.o qsort.o env.o getopt.o dirent.o assert.o err.o \
              signames.o ipc.o

# User code may use every register that the machine promises: also those for floating point.
USER_FLAGS_x86   := -m32 -march=i686 -mtune=generic
USER_FLAGS_arm64 := -mcpu=cortex-a72 -mno-outline-atomics
USER_FLAGS_riscv := -march=rv64gc -mabi=lp64d -mcmodel=medany $(if $(filter 1,$(LLVM)),-mno-relax)
USER_TARGET_x86   := i686-linux-gnu
USER_TARGET_arm64 := aarch64-linux-gnu
USER_TARGET_riscv := riscv64-linux-gnu

USER_CC := $(if $(filter 1,$(LLVM)),clang --target=$(USER_TARGET_$(ARCH)),$(CC))
# Only our own headers, and those that come with the compiler.
USER_CC_HEADERS = $(shell $(USER_CC) $(if $(filter 1,$(LLVM)),-print-resource-dir,-print-file-name=include) \
                          2>/dev/null)$(if $(filter 1,$(LLVM)),/include)
USER_INCLUDES = -nostdinc -Iuser/include -Iinclude -isystem $(USER_CC_HEADERS)
USER_CFLAGS   = -std=gnu11 -O$(OPT) -g -ffreestanding -fomit-frame-pointer -fno-common -fno-pie -fno-pic \
                -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections \
                -fdata-sections -fno-strict-aliasing -ffile-prefix-map=$(CURDIR)/= \
                $(filter-out -Wframe-larger-than=%,$(WARNINGS)) $(USER_FLAGS_$(ARCH)) $(USER_INCLUDES)
USER_NASMFLAGS := -f elf32 -g -F dwarf -Werror -I$(USER_OUT)/include/
USER_LDFLAGS  := $(LDFLAGS) -T user/user.ld

$(USER_OUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(USER_CC) $(USER_CFLAGS)' '$(USER_NASMFLAGS)' '$(LD) $(USER_LDFLAGS)' > $@.new
	$(move_if_changed)

USER_NUMBERS := $(USER_OUT)/include/crt0/numbers.h

$(USER_OUT)/numbers.s: user/crt0/numbers.c $(USER_OUT)/flags
	$(Q)$(USER_CC) $(USER_CFLAGS) -g0 -MMD -MF $(USER_OUT)/numbers.d -MT $@ -S -o $@ $<

$(USER_NUMBERS): $(USER_OUT)/numbers.s
	@mkdir -p $(@D)
	$(Q)sed -n 's/^[^-]*->\([A-Za-z0-9_]*\) [$$#]*\([-0-9]*\).*/$(DEFINE) \1 \2/p' $< > $@.new
	$(move_if_changed)

$(USER_OBJ)/%.o: %.c $(USER_OUT)/flags
	@mkdir -p $(@D)
	$(call say,UCC,$<)
	$(Q)$(USER_CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(USER_OBJ)/%.o: %.S $(USER_OUT)/flags $(USER_NUMBERS)
	@mkdir -p $(@D)
	$(call say,UAS,$<)
	$(Q)$(USER_CC) -g $(USER_FLAGS_$(ARCH)) -I$(USER_OUT)/include -c -o $@ $<

$(USER_OBJ)/%.o: %.asm $(USER_OUT)/flags $(USER_NUMBERS)
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) $(USER_NASMFLAGS) -o $@ $<

USER_CRT0 := $(USER_OBJ)/user/crt0/$(ARCH).o $(USER_OBJ)/user/crt0/ipc_$(ARCH).o
USER_LIBC := $(addprefix $(USER_OBJ)/user/libc/,$(LIBC_OBJS)) $(addprefix $(USER_OBJ)/lib/,string.o fmt.o)

# $(1): program, $(2): its objects. Beside it a copy without what only gdb needs, which runs.
define user_program
$(USER_OUT)/$(1): $(2) $(USER_CRT0) $(USER_LIBC) user/user.ld
	@mkdir -p $$(@D)
	$$(call say,ULD,$$@)
	$(Q)$(LD) $(USER_LDFLAGS) -o $$@ $(USER_CRT0) $(2) $(USER_LIBC)

$(USER_OUT)/root/$(1): $(USER_OUT)/$(1) user/user.mk
	@mkdir -p $$(@D)
	$(Q)$(OBJCOPY) --strip-debug $$< $$@
endef
$(foreach p,$(USER_BINS),$(eval $(call user_program,bin/$(p),$(USER_OBJ)/user/bin/$(p).o)))
$(foreach p,$(USER_TESTS),$(eval $(call user_program,test/$(p),$(USER_OBJ)/tests/user/prog/$(p).o)))
$(eval $(call user_program,test/torture,$(addprefix $(USER_OBJ)/tests/user/prog/,torture.o torture_cow.o)))
FUZZ_OBJS  := sysfuzz.o sysfuzz_calls.o sysfuzz_args.o
$(eval $(call user_program,test/sysfuzz,$(addprefix $(USER_OBJ)/tests/user/prog/,$(FUZZ_OBJS))))
$(eval $(call user_program,bin/sh,$(addprefix $(USER_OBJ)/user/sh/,$(SH_OBJS))))
$(eval $(call user_program,bin/sysbench,$(addprefix $(USER_OBJ)/user/sysbench/,$(SYSBENCH_OBJS))))
$(eval $(call user_program,test/hostile,$(addprefix $(USER_OBJ)/tests/user/prog/,$(HOSTILE_OBJS))))

user_programs := $(addprefix $(USER_OUT)/root/,$(addprefix bin/,$(USER_BINS) sh sysbench) \
                   $(addprefix test/,$(USER_TESTS) $(USER_STRESS) hostile))
user_files    := $(shell find user/root -type f | sort)

$(OUT)/initrd.cpio: $(user_programs) $(user_files) tools/mkinitrd tools/check-user user/devices.list
	$(call say,INITRD,$@)
	$(Q)$(PYTHON) tools/check-user $(user_programs) --arch $(ARCH)
	$(Q)$(PYTHON) tools/mkinitrd --devices user/devices.list -o $@ $(USER_OUT)/root user/root

.PHONY: user
user: $(OUT)/initrd.cpio ## the programs of ARCH that run outside of the kernel, and initrd.cpio with them

-include $(patsubst %,$(USER_OBJ)/user/bin/%.d,$(USER_BINS)) $(USER_LIBC:.o=.d) \
         $(patsubst %,$(USER_OBJ)/user/sh/%,$(SH_OBJS:.o=.d)) \
         $(patsubst %,$(USER_OBJ)/user/sysbench/%,$(SYSBENCH_OBJS:.o=.d)) \
         $(patsubst %,$(USER_OBJ)/tests/user/prog/%.d,$(USER_TESTS) $(USER_STRESS) $(HOSTILE_OBJS:.o=)) \
         $(patsubst %,$(USER_OBJ)/tests/user/prog/%.d,sysfuzz_calls sysfuzz_args torture_cow) \
         $(USER_OUT)/numbers.d
