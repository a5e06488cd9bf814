import {
  to = msp_customer.tailwind
  id = "cus_k3vq7zt2m5xw4hdn6j2a"
}
