// Classic BPF, written from its end to its beginning: every jump goes forward, so its target is known when it is written.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace berth {

class Assembler {
 public:
  // An instruction that was written.
  using Label = size_t;

  // The nearest `return value`; a new one where the last is out of a jump's reach.
  Label Return(uint32_t value);
  // Loads a word of seccomp_data and goes on at `then`.
  Label Load(size_t offset, Label then);
  // ANDs the loaded word and goes on at `then`.
  Label And(uint32_t mask, Label then);
  // `comparison` is BPF_JEQ, BPF_JGT or BPF_JGE of the loaded word with `value`.
  Label Jump(uint16_t comparison, uint32_t value, Label yes, Label no);

  // The program; its first instruction is the last one written.
  [[nodiscard]] std::vector<sock_filter> Finish() &&;

 private:
  // A conditional jump's distance is a byte.
  static constexpr size_t kReach = 255;

  Label Write(uint16_t code, uint8_t yes, uint8_t no, uint32_t value);
  // Instructions between the next one to be written and `target`.
  [[nodiscard]] size_t Distance(Label target) const { return code_.size() - target - 1; }
  // `target` or, where it is too far, a jump to it.
  Label Near(Label target);
  Label Adjacent(Label target);

  std::vector<sock_filter> code_;  // reversed
  std::map<uint32_t, Label> returns_;
};

}  // namespace berth
