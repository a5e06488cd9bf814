import {
  to = msp_authorized_contact.mara
  identity = {
    customer_id = "cus_acme2222222222222222"
    email       = "mara.lind@acme.example"
  }
}
