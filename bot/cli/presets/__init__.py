"""现成的规则与阶段模型，复制进 config.yaml 就能用 / rules and stage models to copy into config.yaml."""

NAME = "presets"
