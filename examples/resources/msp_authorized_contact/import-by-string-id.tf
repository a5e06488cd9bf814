import {
  to = msp_authorized_contact.mara
  id = "cus_acme2222222222222222/mara.lind@acme.example"
}
