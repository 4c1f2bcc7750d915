#include "layer/digest.h"

#include <openssl/evp.h>

namespace berth::layer {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void Sha256::Update(Bytes data) { EVP_DigestUpdate(context_.get(), data.data(), data.size()); }

std::string Sha256::Finish() {
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(context_.get(), value, &length);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "sha256:";
  for (unsigned int i = 0; i < length; i++) {
    text += kHex[value[i] >> 4U];
    text += kHex[value[i] & 15U];
  }
  return text;
}

}  // namespace berth::layer
