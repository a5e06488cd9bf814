import {
  to = msp_portal_admins.all
  identity = {
    id = "portal_admins"
  }
}
