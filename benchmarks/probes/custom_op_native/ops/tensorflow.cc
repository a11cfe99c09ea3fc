// The operations of both guides, on float32: a * b + c, and everything but the first element zero.
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace tf = tensorflow;

tf::Status same_shape(tf::shape_inference::InferenceContext* context) {
  context->set_output(0, context->input(0));
  return tf::Status();
}

REGISTER_OP("TouchstoneMuladd")
    .Input("a: float")
    .Input("b: float")
    .Attr("c: float")
    .Output("result: float")
    .SetShapeFn(same_shape);

REGISTER_OP("TouchstoneZeroOut").Input("a: float").Output("result: float").SetShapeFn(same_shape);

class Muladd : public tf::OpKernel {
 public:
  explicit Muladd(tf::OpKernelConstruction* construction) : tf::OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("c", &constant_));
  }

  void Compute(tf::OpKernelContext* context) override {
    const tf::Tensor& a = context->input(0);
    const tf::Tensor& b = context->input(1);
    OP_REQUIRES(context, a.shape() == b.shape(), tf::errors::InvalidArgument("a and b differ in shape"));
    tf::Tensor* result = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, a.shape(), &result));
    const float* x = a.flat<float>().data();
    const float* y = b.flat<float>().data();
    float* out = result->flat<float>().data();
    for (int64_t i = 0; i < a.NumElements(); i++) out[i] = x[i] * y[i] + constant_;
  }

 private:
  float constant_;
};

class ZeroOut : public tf::OpKernel {
 public:
  using tf::OpKernel::OpKernel;

  void Compute(tf::OpKernelContext* context) override {
    const tf::Tensor& a = context->input(0);
    tf::Tensor* result = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, a.shape(), &result));
    float* out = result->flat<float>().data();
    for (int64_t i = 1; i < a.NumElements(); i++) out[i] = 0.0f;
    if (a.NumElements() > 0) out[0] = a.flat<float>().data()[0];
  }
};

REGISTER_KERNEL_BUILDER(Name("TouchstoneMuladd").Device(tf::DEVICE_CPU), Muladd);
REGISTER_KERNEL_BUILDER(Name("TouchstoneZeroOut").Device(tf::DEVICE_CPU), ZeroOut);
