#include "layer/base64.h"

#include <openssl/evp.h>

namespace berth::layer {

void AppendBase64(Bytes data, std::string* text) {
  const size_t old_size = text->size();
  const size_t encoded = (data.size() + 2) / 3 * 4;
  // EVP_EncodeBlock puts a NUL behind.
  text->resize(old_size + encoded + 1);
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text->data() + old_size), data.data(),
                  static_cast<int>(data.size()));
  text->resize(old_size + encoded);
}

Result<std::string> DecodeBase64(std::string_view text) {
  std::string data(text.size() / 4 * 3, '\0');
  const auto* input = reinterpret_cast<const unsigned char*>(text.data());
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(data.data()), input, static_cast<int>(text.size()));
  if (text.size() % 4 != 0 || size < 0) {
    return Fail(0, "base64", "bad data");
  }
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  data.resize(static_cast<size_t>(size) - padding);
  return data;
}

}  // namespace berth::layer
