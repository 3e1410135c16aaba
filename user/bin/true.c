/* true.c - success. */
int main(void)
{
    return 0;
}
