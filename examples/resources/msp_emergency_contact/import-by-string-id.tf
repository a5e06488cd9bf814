import {
  to = msp_emergency_contact.this
  id = "emergency_contact"
}
