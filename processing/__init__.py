"""The store to indicators: a worker claims due windows, NumPy kernels compute them."""
