/* triptych/ipc.h - endpoints and capabilities: calls that only this kernel has; on others they fail with
 * ENOSYS.
 *
 * -1 and errno on error. A message is IPC_WORDS words, and perhaps a capability: gift is IPC_NOTHING, or
 * IPC_GIFT(handle, rights). What comes back replaces the words; the result has IPC_WANTS_REPLY, IPC_HAS_GIFT
 * with a handle, IPC_LOST_GIFT.
 */
#pragma once
#include <uapi/ipc.h>

enum { IPC_WORDS = 4 };

int ipc_create(void);                            /* a new endpoint; a handle with all rights */
int ipc_close(int handle);
int ipc_duplicate(int handle, int rights);       /* another, with fewer rights; IPC_KEEP: over execve() */
int ipc_revoke(int handle);                      /* takes away what was ever derived from it */
int ipc_rights(int handle);

int ipc_send(int handle, int gift, const long words[IPC_WORDS]); /* until it is received */
int ipc_call(int handle, int gift, long words[IPC_WORDS]);       /* until the reply has come */
int ipc_receive(int handle, long words[IPC_WORDS]);
int ipc_reply(int gift, const long words[IPC_WORDS]);         /* to the last call that this thread received */
int ipc_reply_receive(int handle, int gift, long words[IPC_WORDS]);
