"""实验：看结果、选定一组 / how experiments and control groups stand; choose an arm."""

NAME = "experiments"
