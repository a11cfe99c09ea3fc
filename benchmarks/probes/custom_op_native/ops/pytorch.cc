// The operations of both guides, on float32: a * b + c, and everything but the first element zero.
#include <ATen/ATen.h>
#include <torch/library.h>

at::Tensor muladd(const at::Tensor& a, const at::Tensor& b, double c) {
  TORCH_CHECK(a.sizes() == b.sizes(), "a and b differ in shape");
  TORCH_CHECK(a.dtype() == at::kFloat && b.dtype() == at::kFloat, "float32 is needed");
  const at::Tensor left = a.contiguous(), right = b.contiguous();
  at::Tensor result = at::empty(left.sizes(), left.options());
  const float* x = left.const_data_ptr<float>();
  const float* y = right.const_data_ptr<float>();
  float* out = result.data_ptr<float>();
  const float constant = static_cast<float>(c);
  for (int64_t i = 0; i < result.numel(); i++) out[i] = x[i] * y[i] + constant;
  return result;
}

at::Tensor zero_out(const at::Tensor& a) {
  TORCH_CHECK(a.dtype() == at::kFloat, "float32 is needed");
  const at::Tensor input = a.contiguous();
  at::Tensor result = at::empty(input.sizes(), input.options());
  float* out = result.data_ptr<float>();
  for (int64_t i = 1; i < result.numel(); i++) out[i] = 0.0f;
  if (result.numel() > 0) out[0] = input.const_data_ptr<float>()[0];
  return result;
}

TORCH_LIBRARY(touchstone, library) {
  library.def("muladd(Tensor a, Tensor b, float c) -> Tensor");
  library.def("zero_out(Tensor a) -> Tensor");
}

TORCH_LIBRARY_IMPL(touchstone, CPU, library) {
  library.impl("muladd", &muladd);
  library.impl("zero_out", &zero_out);
}
