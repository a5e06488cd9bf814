terraform {
  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}

# A server of the API, and the API client as which Terraform acts. The secret stays out of the configuration: set the
# environment variable MSP_CLIENT_SECRET, or name a file in client_secret_file.
provider "msp" {
  endpoint  = "https://portal.example"
  client_id = "terraform"
}

# No server at all: try the provider out, or test a module, on a file that the provider keeps below .terraform.
provider "msp" {
  alias   = "sandbox"
  sandbox = {}
}
