package main

import (
	"fmt"
	"image/color"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colors are told apart by those who see few of them, too (Okabe and Ito).
var colors = map[string]color.RGBA{
	terraformData: {0x77, 0x77, 0x77, 0xff},
	noopProvider:  {0x00, 0x00, 0x00, 0xff},
	single:        {0x00, 0x72, 0xb2, 0xff},
	perObject:     {0x56, 0xb4, 0xe9, 0xff},
	mapped:        {0x00, 0x9e, 0x73, 0xff},
	restapi:       {0xe6, 0x9f, 0x00, 0xff},
	restful:       {0xd5, 0x5e, 0x00, 0xff},
}

// plotAll draws the time of a plan at 100 ms over the number of rows, on logarithmic scales.
func plotAll(in, out string) error {
	r, err := readResults(in)
	if err != nil {
		return err
	}
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	p := plot.New()
	p.Title.Text = "terraform plan with nothing to change, 100 ms per request"
	p.X.Label.Text, p.Y.Label.Text = "rows", "seconds"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = rounds{100, 300, 1000, 3000, 10000}, rounds{0.5, 1, 2, 5, 10, 20, 50, 100}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	drawn := 0
	for _, v := range variants {
		shade, ok := colors[v.name]
		points := r.Cells.points(v.name)
		if !ok || len(points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, dots.Color = shade, shade
		line.Width, dots.Shape, dots.Radius = vg.Points(1.5), draw.CircleGlyph{}, vg.Points(2.5)
		p.Add(line, dots)
		p.Legend.Add(v.label, line, dots)
		drawn++
	}
	if drawn == 0 {
		return fmt.Errorf("%s has no plans at 100 ms", in)
	}
	return p.Save(18*vg.Centimeter, 12*vg.Centimeter, out)
}

func (all *cells) points(variant string) plotter.XYs {
	var points plotter.XYs
	for _, c := range *all {
		if c.Work == "plan" && c.Variant == variant && c.LatencyMS == 100 && c.Condition == "" {
			points = append(points, plotter.XY{X: float64(c.Rows), Y: c.Median})
		}
	}
	sort.Slice(points, func(i, j int) bool { return points[i].X < points[j].X })
	return points
}

// rounds are the values that an axis names.
type rounds []float64

// Ticks answers those within the axis.
func (r rounds) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, value := range r {
		if value >= low*0.999 && value <= high*1.001 {
			ticks = append(ticks, plot.Tick{Value: value, Label: fmt.Sprintf("%g", value)})
		}
	}
	return ticks
}
