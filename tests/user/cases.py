"""cases.py - what programs have to print: data, for Linux and for Triptych.

CASES     (name, command line for `sh -c`, standard output, status); each in an empty working directory, with
          /bin in PATH, and no standard input
PROGRAMS  test programs: they print lines that end with ": ok", the last one is "NAME: ok", the status is 0
"""

CASES = [
    # --- the shell ---
    ("true", "true", "", 0),
    ("false", "false", "", 1),
    ("words", "echo a  b   c", "a b c\n", 0),
    ("single-quotes", "echo 'a  $b' 'c\"'", "a  $b c\"\n", 0),
    ("double-quotes", 'X=1; echo "a  $X" "\\$X" "b\\"c" ""', 'a  1 $X b"c \n', 0),
    ("backslash", "echo a\\ \\ b \\$X", "a  b $X\n", 0),
    ("variables", "X=7; Y=$X$X; echo $X ${Y}z $nothing end", "7 77z end\n", 0),
    ("splitting", "X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n", 0),
    ("status", "false; echo $?; true; echo $?; (exit 7); echo $?", "1\n0\n7\n", 0),
    ("exit", "echo a; exit 3; echo b", "a\n", 3),
    ("and-or", "true && echo a || echo b; false && echo c || echo d; false || false || echo e",
     "a\nd\ne\n", 0),
    ("not", "! false && echo yes; ! true; echo $?", "yes\n1\n", 0),
    ("comment", "echo a # echo b\n# echo c\necho d#e", "a\nd#e\n", 0),
    ("continued", "echo a &&\necho b |\ncat; echo 'c\nd'; echo e\\\nf", "a\nb\nc\nd\nef\n", 0),
    ("not-found", "no-such-program 2>/dev/null; echo $?", "127\n", 0),
    ("not-executable", "echo x >f; ./f 2>/dev/null; echo $?; / 2>/dev/null; echo $?", "126\n126\n", 0),
    ("syntax-error", "echo a; echo b | | cat", "", 2),
    ("arguments",
     "sh -c 'echo $0 $# $2; shift; echo $1; for_all=\"$@\"; echo $for_all' zero one 'two x' three",
     "zero 3 two x\ntwo x\ntwo x three\n", 0),
    ("all-arguments", "sh -c 'wc -w \"$@\"' x /dev/null /dev/null", "0 /dev/null\n0 /dev/null\n0 total\n", 0),
    ("pipe", "echo one two three | cat | wc -w", "3\n", 0),
    ("long-pipe", "echo x | cat | cat | cat | cat | cat | cat | cat | cat | wc -c", "2\n", 0),
    ("pipe-status", "false | true; echo $?; true | false; echo $?", "0\n1\n", 0),
    ("sigpipe", "yes | head -n 2; yes hello | head -n 1", "y\ny\nhello\n", 0),
    ("redirect", "echo a >f; echo b >>f; cat <f; wc -l f; echo c >f; cat f", "a\nb\n2 f\nc\n", 0),
    ("redirect-2", "ls no-such-file 2>f; wc -l f; ls no-such-file >g 2>&1; wc -l <g; wc -c h 2>/dev/null",
     "1 f\n1\n", 1),
    ("redirect-builtin", "pwd >f; echo x 1>&2 2>/dev/null; cd / && echo out", "out\n", 0),
    ("redirect-fails", "cat <no-such-file 2>/dev/null; echo $?; : >/no/file 2>/dev/null; echo $?",
     "1\n1\n", 0),
    ("exec-redirect", "exec >f; echo hidden; cat f >&2", "", 0),
    ("group", "(echo a; echo b) | wc -l; (cd /; pwd); X=1; (X=2; echo $X); echo $X", "2\n/\n2\n1\n", 0),
    ("background", "sleep 0.1 & echo first; wait; echo last", "first\nlast\n", 0),
    ("background-status", "(exit 5) & wait $!; echo $?", "5\n", 0),
    ("background-chain", "false || echo x & wait", "x\n", 0),
    ("background-input", "cat & wait; echo done", "done\n", 0),
    ("environment", "export A=1; B=2; C=3 env | grep '^[ABC]='; unset A; env | grep -c '^A='",
     "A=1\nC=3\n0\n", 1),
    ("same-pid", "echo $$ >f; (echo $$) >>f; X=$$; grep -c \"^$X$\" f", "2\n", 0),
    ("cd", "mkdir -p a/b; cd a/b; cd ..; echo x >in-a; cd ..; ls a", "b\nin-a\n", 0),
    ("script", "echo 'echo script $0 $1' >f; echo 'exit 4' >>f; sh f arg; echo $?", "script f arg\n4\n", 0),
    ("killed", "sh -c 'kill -KILL $$' 2>/dev/null; echo $?", "137\n", 0),
    ("kill-job", "sleep 100 & kill $!; wait $!; echo $?", "143\n", 0),
    ("exec", "exec echo replaced; echo never", "replaced\n", 0),
    # --- programs ---
    ("echo-n", "echo -n a; echo b", "ab\n", 0),
    ("cat", "echo a >f; echo b | cat f - f; cat nothing 2>/dev/null", "a\nb\na\n", 1),
    ("cp", "echo a >f; cp f g; mkdir d; cp f g d; ls d; cat d/g; cp nothing x 2>/dev/null", "f\ng\na\n", 1),
    ("mv", "echo a >f; mv f g; ls; mkdir d; mv g d; ls d; cat d/g; mv f g 2>/dev/null", "g\ng\na\n", 1),
    ("rm", "mkdir -p d/e; touch d/f d/e/g; rm d 2>/dev/null; echo $?; rm -r d; ls; rm -f d; rm d 2>/dev/null",
     "1\n", 1),
    ("mkdir", "mkdir d; mkdir d 2>/dev/null; echo $?; mkdir -p d/e/f d; ls d", "1\ne\n", 0),
    ("ls", "touch b a .c; mkdir d; touch d/x; ls; ls -a d; ls b d; ls nothing 2>/dev/null",
     "a\nb\nd\n.\n..\nx\nb\nd:\nx\n", 1),
    ("ls-l", "echo hello >f; mkdir d; ls -l f; ls -l /dev/null",
     "-rw-r--r--  1         6 f\ncrw-rw-rw-  1    1,   3 /dev/null\n", 0),
    ("wc", "echo 'a b\nc' >f; wc f; wc -l f f; echo x y | wc", "2 3 6 f\n2 f\n2 f\n4 total\n1 2 4\n", 0),
    ("head", "yes | head -n 3; echo 'a\nb' >f; head -n 1 f f", "y\ny\ny\n==> f <==\na\n==> f <==\na\n", 0),
    ("grep", "echo 'one\ntwo\nThree' >f; grep o f; grep -c e f; grep -vn t f; grep -i '^t.*e$' f; grep x f",
     "one\ntwo\n2\n1:one\n3:Three\nThree\n", 1),
    ("grep-sets", "echo 'a1\nb2\nc-]' >f; grep '[b-z][^0-9]' f; grep 'a*1' f; grep '\\-]' f",
     "c-]\na1\nc-]\n", 0),
    ("hexdump", "echo 'Hello, world. 123' | hexdump",
     "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 2e 20 31 32  |Hello, world. 12|\n"
     "00000010  33 0a                                             |3.|\n00000012\n", 0),
    ("hexdump-repeats", "yes aaaaaaa | head -n 8 | hexdump | wc -l", "3\n", 0),
    ("uname", "uname -s | wc -l; uname -snrvm | wc -l", "1\n1\n", 0),
    ("kill-list", "kill -l 2>/dev/null; env kill -l | head -n 2", "1 HUP\n2 INT\n", 0),
    ("sleep", "sleep 0.05; sleep x 2>/dev/null", "", 2),
    ("env", "env A=5 sh -c 'echo $A'; env no-such-program 2>/dev/null", "5\n", 127),
    ("free", "free | wc -l", "2\n", 0),
    ("forktest", "forktest 50", "forktest: 50 children: ok\n", 0),
    ("stress", "stress -c 1 -m 1 -p 1 -f 1 -t 1", "stress: 4 workers, 0 failed\n", 0),
    ("sysbench", "sysbench -n 100 getpid pipe-round-trip signal | wc -l", "3\n", 0),
    ("init-is-not-for-you", "init 2>/dev/null", "", 1),
]

PROGRAMS = ["t_fork", "t_exec", "t_mem", "t_file", "t_pipe", "t_signal", "t_time", "t_thread", "t_group",
            "t_fp", "t_badptr", "t_job", "t_ipc", "t_cap"]

# What qemu-user 7.2 does otherwise than Linux: brk() takes no pages back; the argument of nanosleep is read
# without a look; it blocks every signal of the host around fork(), so that one to the group that comes just
# then is the parent's alone; and here a shell starts it, which has variables of its own.
QEMU_DIFFERS = {
    "what it gave back is gone",
    "nanosleep",
    "a signal to a group that has children reaches all of them",
    "environment",
}
