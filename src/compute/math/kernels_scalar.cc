// The scalar tables: the same functions over ScalarLane.
#include "compute/math/fill_basic-inl.h"
#include "compute/math/fill_exp_log-inl.h"
#include "compute/math/fill_hyperbolic-inl.h"
#include "compute/math/fill_inverse-inl.h"
#include "compute/math/fill_pow-inl.h"
#include "compute/math/fill_special-inl.h"
#include "compute/math/fill_trig-inl.h"
#include "compute/math/kernels.h"

namespace pantile::math {
namespace {

template <class T> Kernels<T> make_scalar() {
  Kernels<T> k;
  k.target = "scalar";
  scalar::fill_basic(k);
  scalar::fill_trig(k);
  scalar::fill_exp_log(k);
  scalar::fill_pow(k);
  scalar::fill_inverse(k);
  scalar::fill_hyperbolic(k);
  scalar::fill_special(k);
  return k;
}

}  // namespace

template <class T> const Kernels<T>& scalar_kernels() {
  static const Kernels<T> k = make_scalar<T>();
  return k;
}
template const Kernels<float>& scalar_kernels();
template const Kernels<double>& scalar_kernels();

}  // namespace pantile::math
