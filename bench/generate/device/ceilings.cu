// What the benchmark compares with: the complex formula as a CUDA programmer would write it down,
// with CUDA's own functions and the compiler's own contraction, values only, no colours; and how
// many multiply-adds the device does at most.

template <class T> __device__ T complex_value(T x, T y) {
  const T q = x * x + y * y;
  const T c = cos(q);
  const T s = sin(T(100) * sqrt(q + T(1e-10)));
  T term = 0;
  if (c > 0) {
    term = pow(c, s);
  } else if (c < 0) {
    const T nearest = rint(s);
    if (fabs(s - nearest) < T(1e-6)) {
      term = pow(-c, s);
      if (static_cast<int>(nearest) % 2 != 0) term = -term;
    }
  }
  const T v = sin(T(1000) * x * y) + term - T(0.5);
  return fmin(fmax(v, T(-3)), T(3));
}

/// A picture of width × height values, `scale` units a pixel, its middle at 0, 0.
template <class T> __device__ void draw(float* out, unsigned width, unsigned height, double scale) {
  const unsigned column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (column >= width) return;
  const T x = static_cast<T>((column + 0.5 - width / 2.0) * scale);
  const T y = static_cast<T>((row + 0.5 - height / 2.0) * scale);
  out[static_cast<unsigned long long>(row) * width + column] =
      static_cast<float>(complex_value(x, y));
}
extern "C" __global__ void raw_complex_f64(float* out, unsigned width, unsigned height,
                                           double scale) {
  draw<double>(out, width, height, scale);
}
extern "C" __global__ void raw_complex_f32(float* out, unsigned width, unsigned height,
                                           double scale) {
  draw<float>(out, width, height, scale);
}

/// Eight chains of multiply-adds a thread, 8 × `rounds` of them each.
template <class T> __device__ void multiply_add(float* out, unsigned rounds, T factor) {
  T values[8];
  for (int k = 0; k < 8; ++k) values[k] = T(threadIdx.x + k);
  for (unsigned i = 0; i < rounds; ++i) {
#pragma unroll
    for (int j = 0; j < 8; ++j) {
#pragma unroll
      for (int k = 0; k < 8; ++k) values[k] = values[k] * factor + T(1);
    }
  }
  T sum = 0;
  for (int k = 0; k < 8; ++k) sum += values[k];
  if (sum == T(-1)) out[threadIdx.x] = static_cast<float>(sum);
}
extern "C" __global__ void multiply_add_f64(float* out, unsigned rounds, double factor) {
  multiply_add<double>(out, rounds, factor);
}
extern "C" __global__ void multiply_add_f32(float* out, unsigned rounds, double factor) {
  multiply_add<float>(out, rounds, static_cast<float>(factor));
}
