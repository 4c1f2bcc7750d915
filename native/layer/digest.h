// SHA-256 of a stream, written as OCI digests are: `sha256:` and 64 hex digits.
#pragma once

#include <memory>
#include <string>

#include "layer/byte_source.h"

struct evp_md_ctx_st;

namespace berth::layer {

class Sha256 {
 public:
  Sha256();
  void Update(Bytes data);
  // Ends the stream; the object can't be used afterwards.
  [[nodiscard]] std::string Finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace berth::layer
