#include <linux/seccomp.h>

#include <algorithm>
#include <array>

#include "oci/names.h"
#include "oci/spec_parts.h"

namespace berth {

namespace {

constexpr uint32_t kWaitKillable = 1U << 5U;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19
constexpr uint32_t kMaxErrno = 4095;          // the kernel cuts a higher one
constexpr uint32_t kMaxTrace = 0xffff;

constexpr std::array<Named<SeccompAction>, 9> kActions = {{{"SCMP_ACT_KILL", SeccompAction::kKillThread},
                                                           {"SCMP_ACT_KILL_THREAD", SeccompAction::kKillThread},
                                                           {"SCMP_ACT_KILL_PROCESS", SeccompAction::kKillProcess},
                                                           {"SCMP_ACT_TRAP", SeccompAction::kTrap},
                                                           {"SCMP_ACT_ERRNO", SeccompAction::kErrno},
                                                           {"SCMP_ACT_TRACE", SeccompAction::kTrace},
                                                           {"SCMP_ACT_ALLOW", SeccompAction::kAllow},
                                                           {"SCMP_ACT_LOG", SeccompAction::kLog},
                                                           {"SCMP_ACT_NOTIFY", SeccompAction::kNotify}}};

constexpr std::array<Named<SeccompOperator>, 7> kOperators = {{{"SCMP_CMP_NE", SeccompOperator::kNotEqual},
                                                               {"SCMP_CMP_LT", SeccompOperator::kLess},
                                                               {"SCMP_CMP_LE", SeccompOperator::kLessOrEqual},
                                                               {"SCMP_CMP_EQ", SeccompOperator::kEqual},
                                                               {"SCMP_CMP_GE", SeccompOperator::kGreaterOrEqual},
                                                               {"SCMP_CMP_GT", SeccompOperator::kGreater},
                                                               {"SCMP_CMP_MASKED_EQ", SeccompOperator::kMaskedEqual}}};

constexpr std::array<Named<uint32_t>, 4> kFlags = {{{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
                                                    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
                                                    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
                                                    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", kWaitKillable}}};

constexpr std::array<Named<SeccompArch>, 23> kArchitectures = {
    {{"SCMP_ARCH_X86_64", SeccompArch::kX86_64},     {"SCMP_ARCH_X86", SeccompArch::kX86},
     {"SCMP_ARCH_X32", SeccompArch::kX32},           {"SCMP_ARCH_AARCH64", SeccompArch::kAarch64},
     {"SCMP_ARCH_ARM", SeccompArch::kOther},         {"SCMP_ARCH_MIPS", SeccompArch::kOther},
     {"SCMP_ARCH_MIPS64", SeccompArch::kOther},      {"SCMP_ARCH_MIPS64N32", SeccompArch::kOther},
     {"SCMP_ARCH_MIPSEL", SeccompArch::kOther},      {"SCMP_ARCH_MIPSEL64", SeccompArch::kOther},
     {"SCMP_ARCH_MIPSEL64N32", SeccompArch::kOther}, {"SCMP_ARCH_PPC", SeccompArch::kOther},
     {"SCMP_ARCH_PPC64", SeccompArch::kOther},       {"SCMP_ARCH_PPC64LE", SeccompArch::kOther},
     {"SCMP_ARCH_S390", SeccompArch::kOther},        {"SCMP_ARCH_S390X", SeccompArch::kOther},
     {"SCMP_ARCH_PARISC", SeccompArch::kOther},      {"SCMP_ARCH_PARISC64", SeccompArch::kOther},
     {"SCMP_ARCH_RISCV64", SeccompArch::kOther},     {"SCMP_ARCH_LOONGARCH64", SeccompArch::kOther},
     {"SCMP_ARCH_M68K", SeccompArch::kOther},        {"SCMP_ARCH_SH", SeccompArch::kOther},
     {"SCMP_ARCH_SHEB", SeccompArch::kOther}}};

std::optional<uint32_t> ReadErrno(JsonObject& object, const char* key, SeccompAction action) {
  const auto value = object.UnsignedAs<uint32_t>(key, action == SeccompAction::kTrace ? kMaxTrace : kMaxErrno);
  if (value && action != SeccompAction::kErrno && action != SeccompAction::kTrace) {
    object.Problem(key, "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have one");
  }
  return value;
}

void ReadArg(JsonObject& object, SeccompRule& rule) {
  SeccompArg arg;
  arg.index = object.UnsignedAs<unsigned>("index", 5).value_or(0);
  arg.value = object.Unsigned("value").value_or(0);
  arg.value_two = object.Unsigned("valueTwo").value_or(0);
  arg.op = ValueOf(object, "op", object.RequiredString("op"), kOperators);
  for (const char* key : {"index", "value"}) {
    if (!object.Has(key)) {
      object.Problem(key, "expected a number");
    }
  }
  rule.args.push_back(arg);
}

void ReadRule(JsonObject& object, Seccomp& seccomp) {
  SeccompRule rule;
  rule.names = object.Strings("names");
  if (rule.names.empty()) {
    object.Problem("names", "expected names of system calls");
  }
  rule.action = ValueOf(object, "action", object.RequiredString("action"), kActions);
  rule.errno_ret = ReadErrno(object, "errnoRet", rule.action);
  // Docker's format: without them the rule would mean something else.
  object.Refuse("includes");
  object.Refuse("excludes");
  object.Objects("args", [&rule](JsonObject& arg) { ReadArg(arg, rule); });
  seccomp.syscalls.push_back(std::move(rule));
}

void ReadFlags(JsonObject& object, Seccomp& seccomp) {
  if (!object.Has("flags")) {
    return;
  }
  uint32_t flags = 0;
  for (const std::string& name : object.Strings("flags")) {
    flags |= ValueOf(object, "flags", name, kFlags);
  }
  seccomp.flags = flags;
}

// Who is asked must be there: a call that notifies nobody waits for ever.
void CheckListener(JsonObject& object, const Seccomp& seccomp) {
  const bool notifies = std::ranges::any_of(
      seccomp.syscalls, [](const SeccompRule& rule) { return rule.action == SeccompAction::kNotify; });
  if (seccomp.default_action == SeccompAction::kNotify) {
    object.Problem("defaultAction", "SCMP_ACT_NOTIFY is for single system calls");
  }
  if (notifies && seccomp.listener_path.empty()) {
    object.Problem("listenerPath", "expected a socket, since a rule has SCMP_ACT_NOTIFY");
  }
  if (!seccomp.listener_path.empty()) {
    RequireAbsolute(object, "listenerPath", seccomp.listener_path);
  } else if (!seccomp.listener_metadata.empty()) {
    object.Problem("listenerMetadata", "expected none without listenerPath");
  }
  if (!notifies && (seccomp.flags.value_or(0) & kWaitKillable) != 0) {
    object.Problem("flags", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY");
  }
}

}  // namespace

void ReadSeccomp(JsonObject& object, Seccomp& seccomp) {
  seccomp.default_action = ValueOf(object, "defaultAction", object.RequiredString("defaultAction"), kActions);
  seccomp.default_errno_ret = ReadErrno(object, "defaultErrnoRet", seccomp.default_action);
  for (const std::string& name : object.Strings("architectures")) {
    seccomp.architectures.push_back(ValueOf(object, "architectures", name, kArchitectures));
  }
  ReadFlags(object, seccomp);
  seccomp.listener_path = object.String("listenerPath");
  seccomp.listener_metadata = object.String("listenerMetadata");
  object.Objects("syscalls", [&seccomp](JsonObject& rule) { ReadRule(rule, seccomp); });
  object.Refuse("archMap");  // Docker's format
  CheckListener(object, seccomp);
}

}  // namespace berth
