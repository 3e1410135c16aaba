/* ipc.c - endpoints and capabilities. */
#include "libc.h"

#include <string.h>
#include <triptych/ipc.h>

/*
 * crt0: the call with this number. The words go into the registers of arguments 2 to 5, and come from there.
 */
long __ipc(long number, long handle, long gift, long words[IPC_WORDS]);

int ipc_create(void)
{
    return (int)__result(__syscall(SYS_ipc_create));
}

int ipc_close(int handle)
{
    return (int)__result(__syscall(SYS_ipc_close, (long)handle));
}

int ipc_duplicate(int handle, int rights)
{
    return (int)__result(__syscall(SYS_ipc_duplicate, (long)handle, (long)rights));
}

int ipc_revoke(int handle)
{
    return (int)__result(__syscall(SYS_ipc_revoke, (long)handle));
}

int ipc_rights(int handle)
{
    return (int)__result(__syscall(SYS_ipc_rights, (long)handle));
}

int ipc_send(int handle, int gift, const long words[IPC_WORDS])
{
    long copy[IPC_WORDS];

    memcpy(copy, words, sizeof(copy));
    return (int)__result(__ipc(SYS_ipc_send, handle, gift, copy));
}

int ipc_call(int handle, int gift, long words[IPC_WORDS])
{
    return (int)__result(__ipc(SYS_ipc_call, handle, gift, words));
}

int ipc_receive(int handle, long words[IPC_WORDS])
{
    return (int)__result(__ipc(SYS_ipc_receive, handle, IPC_NOTHING, words));
}

int ipc_reply(int gift, const long words[IPC_WORDS])
{
    long copy[IPC_WORDS];

    memcpy(copy, words, sizeof(copy));
    return (int)__result(__ipc(SYS_ipc_reply, 0, gift, copy));
}

int ipc_reply_receive(int handle, int gift, long words[IPC_WORDS])
{
    return (int)__result(__ipc(SYS_ipc_reply_receive, handle, gift, words));
}
