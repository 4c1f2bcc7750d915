#include "runtime/cgroup/device_program.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "base/unique_fd.h"

namespace berth {

namespace {

constexpr __u8 kType = BPF_REG_2;
constexpr __u8 kAccess = BPF_REG_3;
constexpr __u8 kMajor = BPF_REG_4;
constexpr __u8 kMinor = BPF_REG_5;
constexpr __u8 kScratch = BPF_REG_1;

bpf_insn Instruction(int code, __u8 dst, __u8 src, __s16 offset, __s32 immediate) {
  bpf_insn instruction{};
  instruction.code = static_cast<__u8>(code);
  instruction.dst_reg = static_cast<__u8>(dst & 0xfU);
  instruction.src_reg = static_cast<__u8>(src & 0xfU);
  instruction.off = offset;
  instruction.imm = immediate;
  return instruction;
}

void Return(__s32 value, std::vector<bpf_insn>* program) {
  program->push_back(Instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value));
  program->push_back(Instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

// struct bpf_cgroup_dev_ctx: access_type is (access << 16) | type, then major, minor.
void LoadContext(std::vector<bpf_insn>* program) {
  const auto load = [&](__u8 dst, __s16 offset) {
    program->push_back(Instruction(BPF_LDX | BPF_W | BPF_MEM, dst, BPF_REG_1, offset, 0));
  };
  load(kType, offsetof(bpf_cgroup_dev_ctx, access_type));
  program->push_back(Instruction(BPF_ALU | BPF_AND | BPF_K, kType, 0, 0, 0xffff));
  load(kAccess, offsetof(bpf_cgroup_dev_ctx, access_type));
  program->push_back(Instruction(BPF_ALU | BPF_RSH | BPF_K, kAccess, 0, 0, 16));
  load(kMajor, offsetof(bpf_cgroup_dev_ctx, major));
  load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor));
}

__s32 AccessBits(const std::string& access) {
  __s32 bits = 0;
  for (const char letter : access) {
    bits |= letter == 'r' ? BPF_DEVCG_ACC_READ : letter == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
  }
  return bits;
}

constexpr __s32 kAllAccess = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD;

// One rule: jumps over its return unless type, access and numbers fit. The access asked for must be within an allow
// rule's letters, and must touch a deny rule's.
void AppendRule(const DeviceRule& rule, std::vector<bpf_insn>* program) {
  std::vector<bpf_insn> tests;
  const auto unless_equal = [&](__u8 reg, __s32 value) {
    tests.push_back(Instruction(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, value));
  };
  if (rule.type != 'a') {
    unless_equal(kType, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  }
  const __s32 access = rule.access.empty() ? kAllAccess : AccessBits(rule.access);
  if (access != kAllAccess) {
    tests.push_back(Instruction(BPF_ALU64 | BPF_MOV | BPF_X, kScratch, kAccess, 0, 0));
    tests.push_back(Instruction(BPF_ALU | BPF_AND | BPF_K, kScratch, 0, 0, rule.allow ? kAllAccess & ~access : access));
    tests.push_back(Instruction(BPF_JMP | (rule.allow ? BPF_JNE : BPF_JEQ) | BPF_K, kScratch, 0, 0, 0));
  }
  if (rule.major >= 0) {
    unless_equal(kMajor, static_cast<__s32>(rule.major));
  }
  if (rule.minor >= 0) {
    unless_equal(kMinor, static_cast<__s32>(rule.minor));
  }
  for (size_t at = 0; at < tests.size(); ++at) {
    if (BPF_CLASS(tests[at].code) == BPF_JMP) {
      tests[at].off = static_cast<__s16>(tests.size() - at - 1 + 2);  // over the two instructions of Return
    }
  }
  program->insert(program->end(), tests.begin(), tests.end());
  Return(rule.allow ? 1 : 0, program);
}

// A rule for everything ends the program: what follows could not be reached, which the verifier refuses.
bool MatchesAll(const DeviceRule& rule) {
  return rule.type == 'a' && rule.major < 0 && rule.minor < 0 &&
         (rule.access.empty() || AccessBits(rule.access) == kAllAccess);
}

long Bpf(bpf_cmd command, bpf_attr* attributes) { return ::syscall(SYS_bpf, command, attributes, sizeof *attributes); }

Result<UniqueFd> Load(const std::vector<bpf_insn>& program) {
  static constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = reinterpret_cast<__u64>(program.data());
  attributes.insn_cnt = static_cast<__u32>(program.size());
  attributes.license = reinterpret_cast<__u64>(kLicense);
  const long fd = Bpf(BPF_PROG_LOAD, &attributes);
  if (fd < 0) {
    return Errno("bpf", "load device program");
  }
  return UniqueFd(static_cast<int>(fd));
}

// The program attached to this cgroup itself; an invalid fd without one.
Result<UniqueFd> Attached(int cgroup_fd) {
  __u32 ids[64] = {};
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.query.target_fd = static_cast<__u32>(cgroup_fd);
  attributes.query.attach_type = BPF_CGROUP_DEVICE;
  attributes.query.prog_ids = reinterpret_cast<__u64>(ids);
  attributes.query.prog_cnt = sizeof ids / sizeof ids[0];
  if (Bpf(BPF_PROG_QUERY, &attributes) != 0) {
    return Errno("bpf", "query device programs");
  }
  if (attributes.query.prog_cnt == 0) {
    return UniqueFd();
  }
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_id = ids[0];
  const long fd = Bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
  if (fd < 0) {
    return Errno("bpf", "open device program");
  }
  return UniqueFd(static_cast<int>(fd));
}

}  // namespace

std::vector<bpf_insn> DeviceProgram(const std::vector<DeviceRule>& rules) {
  std::vector<bpf_insn> program;
  LoadContext(&program);
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    AppendRule(*rule, &program);
    if (MatchesAll(*rule)) {
      return program;
    }
  }
  Return(0, &program);
  return program;
}

Status AttachDeviceProgram(int cgroup_fd, const std::vector<DeviceRule>& rules) {
  BERTH_ASSIGN(const UniqueFd program, Load(DeviceProgram(rules)));
  BERTH_ASSIGN(const UniqueFd old, Attached(cgroup_fd));
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = static_cast<__u32>(cgroup_fd);
  attributes.attach_bpf_fd = static_cast<__u32>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (old.valid()) {
    attributes.attach_flags |= BPF_F_REPLACE;
    attributes.replace_bpf_fd = static_cast<__u32>(old.get());
  }
  if (Bpf(BPF_PROG_ATTACH, &attributes) != 0) {
    return Errno("bpf", "attach device program");
  }
  return {};
}

}  // namespace berth
