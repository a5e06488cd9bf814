import {
  to = msp_directory_integration.staff
  identity = {
    name = "staff"
  }
}
