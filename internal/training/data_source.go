// Package training shows how far the partner's administrators are with the vendor's courses.
package training

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

var _ datasource.DataSourceWithConfigure = (*training)(nil)

type training struct{ rt *tfkit.Runtime }

type model struct {
	Courses []course `tfsdk:"courses"`
}

type course struct {
	Email           types.String `tfsdk:"email"`
	Course          types.String `tfsdk:"course"`
	ProgressPercent types.Int64  `tfsdk:"progress_percent"`
	AssignedAt      tfkit.Text   `tfsdk:"assigned_at"`
	CompletedAt     tfkit.Text   `tfsdk:"completed_at"`
}

// NewDataSource makes the data source msp_training.
func NewDataSource() datasource.DataSource { return &training{} }

func (d *training) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_training"
}

func (d *training) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The vendor's training courses that are assigned to the partner's MSP administrators, and their progress to date. Only administrators who have registered are shown.\n\nNeeds the portal role `msp_administrator`.",
		Attributes: map[string]schema.Attribute{
			"courses": schema.ListNestedAttribute{
				MarkdownDescription: "The assigned courses, by e-mail address and name of the course.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"email":            schema.StringAttribute{MarkdownDescription: "E-mail address of the MSP administrator.", Computed: true},
						"course":           schema.StringAttribute{MarkdownDescription: "Name of the course.", Computed: true},
						"progress_percent": schema.Int64Attribute{MarkdownDescription: "How much of the course is done, from 0 to 100.", Computed: true},
						"assigned_at":      schema.StringAttribute{MarkdownDescription: "When the course was assigned, in RFC 3339 format in UTC; null if that is not known.", Computed: true, CustomType: tfkit.InstantType},
						"completed_at":     schema.StringAttribute{MarkdownDescription: "When the course was completed, in RFC 3339 format in UTC; null until then.", Computed: true, CustomType: tfkit.InstantType},
					},
				},
			},
		},
	}
}

func (d *training) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *training) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	data := model{Courses: []course{}}
	for assigned, err := range d.rt.Client.ListTraining(ctx) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "list training courses", err)
			return
		}
		data.Courses = append(data.Courses, courseFrom(assigned))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func courseFrom(c api.Course) course {
	return course{
		Email:           types.StringValue(c.Email),
		Course:          types.StringValue(c.Course),
		ProgressPercent: types.Int64Value(int64(c.ProgressPercent)),
		AssignedAt:      tfkit.InstantOf(c.AssignedAt),
		CompletedAt:     tfkit.InstantOf(c.CompletedAt),
	}
}
