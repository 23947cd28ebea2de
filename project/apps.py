from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "Klankbord"

    def ready(self) -> None:
        from project import checks

        checks.install()
