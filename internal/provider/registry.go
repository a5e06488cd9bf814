package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/accessgroupmember"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/accesstoken"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/auditevents"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/authorizedcontact"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/currentclient"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/customer"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/customersession"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/customeruser"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/directoryintegration"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/domainverification"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/effectiveaccess"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/emergencycontact"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/externaladmin"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/externaladmins"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/partner"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/partneraccess"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/partnerconfig"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/partnerdomain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/partneruser"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/portaladmin"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/portaladmins"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/role"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/roles"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/training"
)

// The registries: whatever Terraform can use stands here, one line each.
var (
	resources = []func() resource.Resource{
		customer.NewResource,
		customeruser.NewResource,
		domainverification.NewResource,
		directoryintegration.NewResource,
		emergencycontact.NewResource,
		externaladmin.NewResource,
		externaladmins.NewResource,
		accessgroupmember.NewResource,
		authorizedcontact.NewResource,
		partneraccess.NewResource,
		partnerconfig.NewResource,
		partnerdomain.NewResource,
		partneruser.NewResource,
		portaladmin.NewResource,
		portaladmins.NewResource,
		role.NewResource,
	}

	dataSources = []func() datasource.DataSource{
		auditevents.NewDataSource,
		currentclient.NewDataSource,
		customer.NewDataSource,
		customer.NewListDataSource,
		customeruser.NewDataSource,
		effectiveaccess.NewDataSource,
		externaladmin.NewDataSource,
		partner.NewDataSource,
		partneraccess.NewDataSource,
		partnerconfig.NewDataSource,
		partnerdomain.NewDataSource,
		partneruser.NewDataSource,
		portaladmin.NewDataSource,
		roles.NewPortalRolesDataSource,
		roles.NewRolesDataSource,
		training.NewDataSource,
	}

	ephemeralResources = []func() ephemeral.EphemeralResource{
		accesstoken.NewEphemeralResource,
		customersession.NewEphemeralResource,
	}
)
