terraform {
  required_version = ">= 1.5"

  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}
