// console-receiver SOCKET: takes the terminal that a runtime sends there, and prints what is written to it, until its
// process has gone. Prints "listening" first.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int receive(int connection) {
  char byte;
  char control[CMSG_SPACE(sizeof(int))];
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(connection, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == NULL) {
    return -1;
  }
  int terminal;
  memcpy(&terminal, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof terminal);
  return terminal;
}

int main(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  strncpy(address.sun_path, argv[argc - 1], sizeof address.sun_path - 1);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 1) != 0) {
    perror("bind");
    return 1;
  }
  puts("listening");
  fflush(stdout);
  const int terminal = receive(accept(listener, NULL, NULL));
  char bytes[4096];
  for (ssize_t got; terminal >= 0 && (got = read(terminal, bytes, sizeof bytes)) > 0;) {
    fwrite(bytes, 1, (size_t)got, stdout);
  }
  return terminal < 0;
}
