#include "seccomp/assembler.h"

#include <algorithm>

namespace berth {

Assembler::Label Assembler::Write(uint16_t code, uint8_t yes, uint8_t no, uint32_t value) {
  code_.push_back({code, yes, no, value});
  return code_.size() - 1;
}

Assembler::Label Assembler::Near(Label target) {
  // One more instruction may come between: the other branch's own jump.
  if (Distance(target) + 1 <= kReach) {
    return target;
  }
  return Write(BPF_JMP | BPF_JA, 0, 0, static_cast<uint32_t>(Distance(target)));
}

Assembler::Label Assembler::Adjacent(Label target) {
  const auto distance = static_cast<uint32_t>(Distance(target));
  return distance == 0 ? target : Write(BPF_JMP | BPF_JA, 0, 0, distance);
}

Assembler::Label Assembler::Return(uint32_t value) {
  const auto found = returns_.find(value);
  if (found != returns_.end() && Distance(found->second) < kReach / 2) {
    return found->second;
  }
  return returns_[value] = Write(BPF_RET | BPF_K, 0, 0, value);
}

Assembler::Label Assembler::Load(size_t offset, Label then) {
  Adjacent(then);
  return Write(BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<uint32_t>(offset));
}

Assembler::Label Assembler::And(uint32_t mask, Label then) {
  Adjacent(then);
  return Write(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
}

Assembler::Label Assembler::Jump(uint16_t comparison, uint32_t value, Label yes, Label no) {
  yes = Near(yes);
  no = Near(no);
  return Write(static_cast<uint16_t>(BPF_JMP | BPF_K | comparison), static_cast<uint8_t>(Distance(yes)),
               static_cast<uint8_t>(Distance(no)), value);
}

std::vector<sock_filter> Assembler::Finish() && {
  std::ranges::reverse(code_);
  return std::move(code_);
}

}  // namespace berth
