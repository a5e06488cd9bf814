terraform {
  required_version = ">= 1.5"

  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}

# Endpoint and credentials come from MSP_ENDPOINT, MSP_CLIENT_ID and MSP_CLIENT_SECRET.
provider "msp" {}
