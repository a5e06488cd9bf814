import {
  to = msp_directory_integration.staff
  id = "staff"
}
